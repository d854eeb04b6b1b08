import { createContext, use, useRef, useState } from 'react';
import type { ChangeableSettingName, Setting, SettingsView, SettingValues } from '../../../main/ipc/settings.js';
import { useApi } from '../../app/api.js';
import { useAction, type CallState } from '../../app/use-call.js';

export interface SettingsShown {
  readonly view: SettingsView;
  /** Shows what a change has made of them. */
  readonly show: (view: SettingsView) => void;
}

export const SettingsContext = createContext<SettingsShown | undefined>(undefined);

export function useSettings(): SettingsShown {
  const shown = use(SettingsContext);
  if (!shown) throw new Error('no settings above');
  return shown;
}

/** Whether nothing can be changed before all is reset. */
export function isFrozen({ damage }: SettingsView): boolean {
  return damage !== undefined && damage.kind !== 'values';
}

export interface SettingUse<Value> {
  readonly setting: Setting<Value>;
  /** What the person chose last, also while it is being saved. */
  readonly value: Value;
  readonly canChange: boolean;
  readonly state: CallState<SettingsView>;
  /** Resolves with whether it is saved. */
  readonly change: (value: Value) => Promise<boolean>;
  readonly reset: () => Promise<boolean>;
}

/** One setting, saved as soon as it is changed. */
export function useSetting<Name extends ChangeableSettingName>(name: Name): SettingUse<SettingValues[Name]> {
  type Value = SettingValues[Name];
  const api = useApi();
  const { view, show } = useSettings();
  const setting: Setting<Value> = view.settings[name];
  const [pending, setPending] = useState<{ readonly value: Value }>();
  const latest = useRef(0);
  const saving = useAction((value: Value | undefined) =>
    value === undefined ? api.settings.reset({ name }) : api.settings.change({ name, value }),
  );
  const save = async (value: Value | undefined): Promise<boolean> => {
    latest.current += 1;
    const mine = latest.current;
    if (value !== undefined) setPending({ value });
    const answered = await saving.run(value);
    if (mine === latest.current) setPending(undefined);
    if (answered) show(answered);
    return answered !== undefined;
  };
  return {
    setting,
    value: pending ? pending.value : setting.value,
    canChange: setting.source !== 'administrator' && !isFrozen(view),
    state: saving.state,
    change: save,
    reset: () => save(undefined),
  };
}
