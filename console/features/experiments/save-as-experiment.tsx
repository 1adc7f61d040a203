'use client';
import { FlaskConical } from 'lucide-react';
import { useRouter } from 'next/navigation';
import type { Fault } from '@faultline/server/contract';
import { Button } from '@/components/button.tsx';
import { usePageHref } from '@/lib/url-state.ts';
import { writeFaults } from './draft.ts';

/** Makes a document of what is broken now and opens it in the editor. */
export function SaveAsExperiment({ faults }: { faults: readonly Fault[] }) {
  const router = useRouter();
  const href = usePageHref();
  if (faults.length === 0) return null;
  const specs = faults.map(({ spec, kind }) => ({ ttlSeconds: 60, ...spec, kind }));
  return (
    <Button
      size="small"
      icon={<FlaskConical size={12} aria-hidden />}
      title="Makes a document of this, to be run again and held against a steady state"
      onClick={() =>
        router.push(href('/experiments', { view: 'edit', faults: writeFaults(specs) }))
      }
      data-testid="save-as-experiment"
    >
      Save as experiment
    </Button>
  );
}
