import {
  FileClock,
  FlaskConical,
  Grid3x3,
  ListTree,
  Mails,
  Network,
  Scale,
  ScrollText,
  Server,
  ToggleRight,
  Workflow,
  Zap,
  type LucideIcon,
} from 'lucide-react';

/** One page of the console. The rail, the palette and the `g` keys are made from this list. */
export interface Page {
  path: string;
  title: string;
  /** The letter after `g`. */
  letter: string;
  icon: LucideIcon;
  /** Begins a new group in the rail. */
  group?: true;
  /** What is found there, for the palette. */
  about: string;
}

/** Every page, in the order of the rail. */
export const PAGES: readonly Page[] = [
  { path: '/', title: 'Map', letter: 'm', icon: Network, about: 'The fleet and its lines, live' },
  {
    path: '/experiments',
    title: 'Experiments',
    letter: 'e',
    icon: FlaskConical,
    about: 'Claims about the fleet, proven with a pattern and without it',
  },
  {
    path: '/traces',
    title: 'Traces',
    letter: 't',
    icon: ListTree,
    about: 'Requests through the fleet',
  },
  { path: '/logs', title: 'Logs', letter: 'l', icon: ScrollText, about: 'What the services say' },
  {
    path: '/sagas',
    title: 'Sagas',
    letter: 's',
    icon: Workflow,
    about: 'Orders and their compensations',
  },
  {
    path: '/breakers',
    title: 'Breakers',
    letter: 'b',
    icon: ToggleRight,
    about: 'Circuit breakers over time',
  },
  {
    path: '/events',
    title: 'Events',
    letter: 'k',
    icon: Mails,
    about: 'Topics, their readers, messages and dead letters',
  },
  {
    path: '/faults',
    title: 'Faults',
    letter: 'x',
    icon: Zap,
    group: true,
    about: 'What we broke, and for how long',
  },
  {
    path: '/patterns',
    title: 'Patterns',
    letter: 'p',
    icon: Grid3x3,
    about: 'Every pattern of every link and service, flags, mutual TLS: switch and tune',
  },
  {
    path: '/invariants',
    title: 'Invariants',
    letter: 'i',
    icon: Scale,
    about: 'Money, stock and effects that must add up',
  },
  {
    path: '/fleet',
    title: 'Fleet',
    letter: 'f',
    icon: Server,
    group: true,
    about: 'Instances and what they use',
  },
  {
    path: '/audit',
    title: 'Audit',
    letter: 'a',
    icon: FileClock,
    about: 'Who did what, and whether the trail is whole',
  },
];
