// The few symbols of the page, drawn on a grid of 24. They are decoration: what
// they mean is always written beside them or in a label.

import type { ComponentChildren } from "preact";

function Icon({ children }: { children: ComponentChildren }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

/** The sign of the product: a sine wave and the moment it crosses zero. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect class="mark-ground" width="32" height="32" rx="8" />
      <path class="mark-axis" d="M4 16h24" />
      <path class="mark-wave" d="M5 16c2.2-9 8.8-9 11 0s8.8 9 11 0" />
      <circle class="mark-dot" cx="16" cy="16" r="3" />
    </svg>
  );
}

export const PowerIcon = () => <Icon><path d="M12 4v8M7 6.8a8 8 0 1 0 10 0" /></Icon>;
export const RestartIcon = () => <Icon><path d="M19.5 12a7.5 7.5 0 1 1-2.4-5.5M19.5 3.5v4h-4" /></Icon>;
export const WarningIcon = () => <Icon><path d="M12 4 2.8 20h18.4zM12 10v4.5M12 17.2v.3" /></Icon>;
export const LinkIcon = () => <Icon><path d="M4 12h3l2.5-6 5 12 2.5-6h3" /></Icon>;
export const PersonIcon = () => <Icon><path d="M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4.5 20.5c.8-4 3.8-6 7.5-6s6.7 2 7.5 6" /></Icon>;
export const CloseIcon = () => <Icon><path d="m6 6 12 12M18 6 6 18" /></Icon>;
