import { parseArgs } from 'node:util';
import { prepareImages } from './images/index.ts';
import { prepareKafka } from './kafka.ts';
import { Problem } from './run.ts';
import { prepareToxiproxy } from './toxiproxy.ts';

const HELP = `Prepares the released software that the embedded parts are held against.

  npm run real-parts -- [options]

  --only <parts>   toxiproxy, kafka, images; several with commas between (all)
  --force          make again what is there
  --help           this text

Needs: Go for Toxiproxy, Java 17 and Maven for Kafka; for images Docker, debootstrap and root.
Everything is kept in FAULTLINE_REAL_PARTS, by default a folder of the user's cache.
`;

const PARTS = ['toxiproxy', 'kafka', 'images'] as const;
type Part = (typeof PARTS)[number];

try {
  await prepare();
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  process.stderr.write(`✗ ${error.message}\n`);
  process.exitCode = 1;
}

async function prepare(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      force: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const parts = partsOf(values.only);
  const { force } = values;
  // Images are made of the others, which are then not made again.
  const images = parts.includes('images');
  const again = (part: Part): boolean => force && parts.includes(part);
  const toxiproxy = needs('toxiproxy') ? await prepareToxiproxy(again('toxiproxy')) : null;
  const kafka = needs('kafka') ? await prepareKafka(again('kafka')) : null;
  if (images && toxiproxy && kafka) await prepareImages({ toxiproxy, kafka }, force);

  function needs(part: Part): boolean {
    return images || parts.includes(part);
  }
}

function partsOf(only: string | undefined): readonly Part[] {
  if (only === undefined) return PARTS;
  return only.split(',').map((name) => {
    const part = PARTS.find((known) => known === name.trim());
    if (part === undefined) {
      throw new Problem(`--only: one of ${PARTS.join(', ')}; received ${JSON.stringify(name)}`);
    }
    return part;
  });
}
