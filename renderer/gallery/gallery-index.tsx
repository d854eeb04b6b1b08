import { useState } from 'react';
import { WINDOW_LANGUAGES } from '../../main/ipc/app.js';
import { GALLERY_APPEARANCES, galleryHash, ZOOMS, type Look } from './gallery-address.js';
import type { GalleryState } from './gallery-state.js';
import classes from './gallery.module.css';

interface SelectProps<Value extends string> {
  readonly label: string;
  readonly values: readonly Value[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}

function Select<Value extends string>({ label, values, value, onChange }: SelectProps<Value>) {
  return (
    <label className={classes['select']}>
      {label}
      <select value={value} onChange={(event) => onChange(values.find((one) => one === event.target.value) ?? value)}>
        {values.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
    </label>
  );
}

interface GalleryIndexProps {
  readonly states: readonly GalleryState[];
  readonly look: Look;
}

const topicOf = ({ id }: GalleryState): string => id.split('/', 1)[0] ?? id;

/** All states, for developers; in English like the code. */
export function GalleryIndex({ states, look: initial }: GalleryIndexProps) {
  const [look, setLook] = useState(initial);
  const topics = [...new Set(states.map(topicOf))];
  return (
    <main className={classes['index']} lang="en">
      <h1>Gallery</h1>
      <div className={classes['row']}>
        <Select
          label="Language"
          values={WINDOW_LANGUAGES}
          value={look.language}
          onChange={(language) => setLook({ ...look, language })}
        />
        <Select
          label="Appearance"
          values={GALLERY_APPEARANCES}
          value={look.appearance}
          onChange={(appearance) => setLook({ ...look, appearance })}
        />
        <Select label="Zoom (%)" values={ZOOMS} value={look.zoom} onChange={(zoom) => setLook({ ...look, zoom })} />
      </div>
      {topics.map((topic) => (
        <section key={topic}>
          <h2>{topic}</h2>
          <ul>
            {states
              .filter((state) => topicOf(state) === topic)
              .map(({ id, window }) => (
                <li key={id}>
                  <a href={galleryHash(id, look)} data-state={id} data-window={window}>
                    {id}
                  </a>
                </li>
              ))}
          </ul>
        </section>
      ))}
    </main>
  );
}

interface ZoomedStateProps {
  readonly state: GalleryState;
  readonly look: Look;
}

/**
 * A state as a browser or the system zooms it: the window keeps its size, and holds fewer pixels of the page's own. The frame
 * has an address of its own, because a browser shows no page within itself.
 */
export function ZoomedState({ state, look }: ZoomedStateProps) {
  return (
    <iframe
      className={classes['zoomed']}
      data-window={state.window}
      data-zoom={look.zoom}
      title={`${state.id}, ${look.zoom} %`}
      src={`?zoomed${galleryHash(state.id, { ...look, zoom: '100' })}`}
    />
  );
}
