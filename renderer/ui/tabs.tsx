import { Tab, TabList, TabPanel, TabProvider } from '@ariakit/react';
import type { ReactNode } from 'react';
import classes from './tabs.module.css';

export interface TabOffer<Name extends string> {
  readonly name: Name;
  readonly label: ReactNode;
  readonly content: ReactNode;
}

interface TabsProps<Name extends string> {
  /** What the tabs are about, for screen readers. */
  readonly label: string;
  readonly tabs: readonly TabOffer<Name>[];
  readonly selected: Name;
  readonly onSelect: (name: Name) => void;
}

/** A few views in one place. What is entered in one stays while another is shown. */
export function Tabs<Name extends string>({ label, tabs, selected, onSelect }: TabsProps<Name>) {
  return (
    <TabProvider
      selectedId={selected}
      setSelectedId={(id) => {
        const tab = tabs.find(({ name }) => name === id);
        if (tab) onSelect(tab.name);
      }}
    >
      <TabList aria-label={label} className={classes['list']}>
        {tabs.map((tab) => (
          <Tab key={tab.name} id={tab.name} className={classes['tab']}>
            {tab.label}
          </Tab>
        ))}
      </TabList>
      {tabs.map(({ name, content }) => (
        <TabPanel key={name} tabId={name} className={classes['panel']} focusable={false}>
          {content}
        </TabPanel>
      ))}
    </TabProvider>
  );
}
