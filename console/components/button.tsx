import clsx from 'clsx';
import type { ButtonHTMLAttributes, ReactNode } from 'react';

/** What a button does: `fault` breaks something, `danger` ends something, `plain` all else. */
export type ButtonTone = 'plain' | 'accent' | 'fault' | 'danger' | 'ghost';

/** Props of {@link Button}. */
export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  tone?: ButtonTone;
  size?: 'small' | 'normal';
  /** The action is under way: the button waits and says so to readers. */
  busy?: boolean;
  /** Pressed, for buttons that are switches. */
  pressed?: boolean;
  icon?: ReactNode;
}

const TONES: Readonly<Record<ButtonTone, string>> = {
  plain: 'border-line-strong bg-raised text-normal hover:bg-hover hover:text-strong',
  accent: 'border-transparent bg-accent text-on-accent font-semibold hover:brightness-110',
  fault: 'border-transparent bg-fault text-on-fault font-semibold hover:brightness-110',
  danger: 'border-transparent bg-bad-solid text-on-bad font-semibold hover:bg-bad-solid-hover',
  ghost: 'border-transparent text-muted hover:bg-hover hover:text-strong',
};

/** A button, 28 px high (24 px when small). */
export function Button({
  tone = 'plain',
  size = 'normal',
  busy = false,
  pressed,
  icon,
  className,
  children,
  disabled,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      {...(pressed === undefined ? {} : { 'aria-pressed': pressed })}
      aria-busy={busy || undefined}
      disabled={disabled === true || busy}
      className={clsx(
        'inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md border whitespace-nowrap transition-colors duration-100 select-none disabled:opacity-50',
        size === 'small' ? 'h-6 px-2 text-sm' : 'h-7 px-2.5',
        TONES[tone],
        pressed === true && 'border-accent! bg-accent-soft! text-strong!',
        className,
      )}
    >
      {icon}
      {children}
    </button>
  );
}

/** A square button with an icon only; `label` is what readers and the tooltip say. */
export function IconButton({
  label,
  children,
  className,
  ...rest
}: Omit<ButtonProps, 'icon'> & { label: string }) {
  return (
    <Button
      tone="ghost"
      {...rest}
      aria-label={label}
      title={label}
      className={clsx('w-7 px-0!', className)}
    >
      {children}
    </Button>
  );
}
