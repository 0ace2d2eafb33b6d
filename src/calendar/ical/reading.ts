import { MOST_UNREADABLE } from './bounds.ts';
import type { Component } from './components.ts';
import { Unreadable } from './errors.ts';
import { type Property, readProperty } from './property.ts';

/**
 * The first property of that name.
 * @throws Unreadable
 */
export function firstOf(component: Component, name: string): Property | undefined {
  const line = component.lines.get(name)?.[0];
  return line && readProperty(line);
}

/** The first property of that name as text in upper case; undefined when it isn't there or can't be read. */
export function wordOf(component: Component, name: string): string | undefined {
  return textIn(component, name)?.toUpperCase();
}

/** The first property of that name as text; undefined when it isn't there or can't be read. */
export function textIn(component: Component, name: string): string | undefined {
  return readableOf(component, name)[0]?.values[0];
}

/**
 * All properties of that name that can be read; those after the twentieth that can't be are left out too.
 * @param orElse hears why one can't
 */
export function readableOf(
  component: Component,
  name: string,
  orElse: (why: string) => void = () => {},
): readonly Property[] {
  return readableIn(component.lines.get(name) ?? [], readProperty, orElse);
}

/** What can be read of these; those after the twentieth that can't be are left out too. */
export function readableIn<Item, Read>(
  items: readonly Item[],
  read: (item: Item) => Read,
  orElse: (why: string) => void,
): readonly Read[] {
  const found: Read[] = [];
  let unreadable = 0;
  for (const item of items) {
    try {
      found.push(read(item));
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      orElse(error.message);
      if (++unreadable === MOST_UNREADABLE) break;
    }
  }
  return found;
}
