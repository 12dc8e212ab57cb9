import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { path } from '../shell/router.ts';
import { common } from '../texts/common.ts';

interface ScreenProps {
  title: string;
  /** Beside the heading, such as buttons. */
  tools?: ComponentChildren;
  /** Tells it from others of the same path, such as by the device that the query names. */
  place?: string;
  children: ComponentChildren;
}

/** Where the focus was last moved: it moves when somebody goes on, not when they first come. */
let focusedFor: string | null = null;

/** One screen. Its heading gets the focus when it is come to, and the tab its name. */
export function Screen({ title, tools, place = '', children }: ScreenProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · ${common().product}`;
  }, [title]);
  useEffect(() => {
    // Each path has a screen of its own, so this runs once for each place.
    const here = path.peek() + place;
    if (focusedFor !== null && focusedFor !== here) heading.current?.focus();
    focusedFor = here;
  }, [place]);
  return (
    <>
      <div class="heading">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {tools && <div class="tools">{tools}</div>}
      </div>
      {children}
    </>
  );
}
