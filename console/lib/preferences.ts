import { createStore, type Store } from './store.ts';
import { STORAGE_KEY } from './theme-script.ts';

/** How the console looks; `system` follows the machine's setting. */
export type ThemeChoice = 'system' | 'dark' | 'light';

/** What one person prefers on one machine; kept in `localStorage` under {@link STORAGE_KEY}. */
export interface Preferences {
  theme: ThemeChoice;
  railCollapsed: boolean;
  stripHidden: boolean;
}

const DEFAULTS: Preferences = { theme: 'system', railCollapsed: false, stripHidden: false };

/** The one home of preferences. Filled by {@link loadPreferences} once the page runs. */
export const preferences: Store<Preferences> = createStore(DEFAULTS);

/** Reads what was kept; anything unreadable counts as absent. */
export function loadPreferences(): void {
  try {
    const kept = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}') as Partial<Preferences>;
    preferences.set({
      theme: kept.theme === 'dark' || kept.theme === 'light' ? kept.theme : 'system',
      railCollapsed: kept.railCollapsed === true,
      stripHidden: kept.stripHidden === true,
    });
  } catch {
    preferences.set(DEFAULTS);
  }
}

/** Changes and keeps preferences; without storage they last as long as the page. */
export function setPreference(change: Partial<Preferences>): void {
  preferences.set((current) => ({ ...current, ...change }));
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(preferences.get()));
  } catch {
    // Private windows refuse storage: the choice still holds for this page.
  }
}

/** Sets `data-theme` on the document as the choice says. */
export function applyTheme(choice: ThemeChoice): void {
  const light = matchMedia('(prefers-color-scheme: light)').matches;
  const theme = choice === 'system' ? (light ? 'light' : 'dark') : choice;
  document.documentElement.dataset['theme'] = theme;
}
