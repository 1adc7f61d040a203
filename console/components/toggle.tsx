'use client';
import { Switch } from 'radix-ui';

/** An on/off switch; `label` is what readers say. */
export function Toggle({
  checked,
  onChange,
  label,
  disabled = false,
}: {
  checked: boolean;
  onChange: (checked: boolean) => void;
  label: string;
  disabled?: boolean;
}) {
  return (
    <Switch.Root
      checked={checked}
      onCheckedChange={onChange}
      disabled={disabled}
      aria-label={label}
      className="relative h-[15px] w-[26px] shrink-0 rounded-full bg-line-strong transition-colors duration-100 data-[state=checked]:bg-accent disabled:opacity-50"
    >
      <Switch.Thumb className="block size-[11px] translate-x-0.5 rounded-full bg-raised transition-transform duration-100 data-[state=checked]:translate-x-[13px]" />
    </Switch.Root>
  );
}
