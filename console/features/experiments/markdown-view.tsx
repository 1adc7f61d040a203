import type { ReactNode } from 'react';
import { parseMarkdown, type Block, type Inline } from './markdown.ts';

/** A runbook as it is written. */
export function MarkdownView({ text }: { text: string }) {
  return (
    <div className="flex max-w-[80ch] flex-col gap-2.5">
      {parseMarkdown(text).map((block, index) => (
        <BlockView key={index} block={block} />
      ))}
    </div>
  );
}

function BlockView({ block }: { block: Block }): ReactNode {
  switch (block.kind) {
    case 'heading':
      return (
        <h3 className={`mt-1 font-semibold text-strong ${block.level <= 1 ? 'text-lg' : ''}`}>
          {inlines(block.inline)}
        </h3>
      );
    case 'paragraph':
      return <p>{inlines(block.inline)}</p>;
    case 'code':
      return (
        <pre className="overflow-x-auto rounded-md border border-line bg-sunken p-2.5 font-mono text-sm">
          {block.text}
        </pre>
      );
    case 'list': {
      const items = block.items.map((item, index) => <li key={index}>{inlines(item)}</li>);
      return block.ordered ? (
        <ol className="list-decimal space-y-1 pl-5 marker:text-faint">{items}</ol>
      ) : (
        <ul className="list-disc space-y-1 pl-5 marker:text-faint">{items}</ul>
      );
    }
    case 'table':
      return (
        <div className="overflow-x-auto">
          <table className="text-left">
            <thead>
              <tr>
                {block.head.map((cell, index) => (
                  <th
                    key={index}
                    className="border-b border-line-strong py-1 pr-4 text-sm font-medium text-faint"
                  >
                    {inlines(cell)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {block.rows.map((row, at) => (
                <tr key={at}>
                  {row.map((cell, index) => (
                    <td key={index} className="border-b border-line py-1 pr-4">
                      {inlines(cell)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      );
  }
}

function inlines(parts: readonly Inline[]): ReactNode {
  return parts.map(({ kind, text, href }, index) => {
    if (kind === 'code') {
      return (
        <code key={index} className="rounded-sm bg-hover px-1 font-mono text-sm text-strong">
          {text}
        </code>
      );
    }
    if (kind === 'strong')
      return (
        <b key={index} className="font-semibold text-strong">
          {text}
        </b>
      );
    if (kind === 'emphasis') return <em key={index}>{text}</em>;
    if (kind === 'link') {
      return (
        <a key={index} href={href} className="text-accent hover:underline">
          {text}
        </a>
      );
    }
    return <span key={index}>{text}</span>;
  });
}
