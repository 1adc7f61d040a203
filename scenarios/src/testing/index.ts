export {
  createMemoryFleet,
  type MemoryFleet,
  type MemoryFleetOptions,
  type MemoryLink,
} from './memory-fleet.ts';
