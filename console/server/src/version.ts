import manifest from '../package.json' with { type: 'json' };

/** Version of the lab. */
export const VERSION: string = manifest.version;
