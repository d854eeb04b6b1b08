// @ts-check
/** The steps of docs/deployment.md: its code blocks that begin with who runs them. */

/**
 * @typedef {object} Step
 * @property {'administrator' | 'person' | 'desktop'} who `desktop`: needs a session of a desktop
 * @property {string} heading Of the section it is in.
 * @property {string} text What is run, its first line with it.
 */

const BLOCK = /^### (.*)$|^```sh\n# (administrator|person|person, on a desktop): ([^]*?)^```$/gm;

/** @param {string} document @returns {Step[]} in order */
export function readSteps(document) {
  let heading = '';
  return [...document.matchAll(BLOCK)].flatMap(([, title, who, rest]) => {
    heading = title ?? heading;
    if (who === undefined || rest === undefined) return [];
    const text = `# ${who}: ${rest.trimEnd()}`;
    return [
      { who: who.includes('desktop') ? 'desktop' : /** @type {'administrator' | 'person'} */ (who), heading, text },
    ];
  });
}

/** Lines of apt and dpkg that say where something comes from or how far it is. */
const PROGRESS =
  /^(?:Get:|Hit:|Ign:|Fetched |Reading |Building |Need to get|After this|Selecting |Preparing |Unpacking |\(Reading|debconf:|perl: |N: |W: |Processing |Created symlink|Adding |\d+ upgraded|update-alternatives|invoke-rc\.d|Could not execute|Note, selecting)/;

/**
 * What a step printed, without what is another the next time or elsewhere.
 * @param {string} printed
 */
export function masked(printed) {
  return printed
    .split('\n')
    .filter((line) => !PROGRESS.test(line))
    .map((line) => line.trimEnd())
    .join('\n')
    .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?Z?)?/g, 'TIME')
    .replaceAll(/\/home\/[a-z]+/g, '~')
    .replaceAll(/https?:\/\/[^\s/]*debian\.org\S*/g, 'MIRROR')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
}

/** Commands of a transcript, to be compared with those of the document. @param {string} transcript @returns {string[]} */
export function stepsOfTranscript(transcript) {
  return [...transcript.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, text = '']) => text.trimEnd());
}
