import type { CALENDAR_ENTRY } from '../graph/explanation-reasons.ts';

export interface Pair {
  readonly availability: string;
  readonly activity: string;
}

export interface Told {
  readonly role: string;
  readonly reason: string | null;
}

export interface Said {
  readonly appId: string | null;
  readonly appDisplayName: string | null;
}

export interface Stretch {
  readonly startDateTime: string | null;
  readonly endDateTime: string | null;
}

export interface Event extends Told, Stretch {
  readonly kind: keyof typeof CALENDAR_ENTRY;
}

export interface Location {
  readonly source: string;
  readonly workLocationType: string;
  readonly placeId: string | null;
}

/** What the server tells, as far as it is shown (docs/why.md). */
export interface Explanation extends Pair {
  readonly atDateTime: string;
  readonly sinceDateTime: string | null;
  readonly reason: string;
  readonly sessions: readonly (Pair & Said & Told & Session)[];
  readonly preferredPresence: (Pair & Told & { readonly expirationDateTime: string }) | null;
  readonly calendar: {
    readonly isAwaited: boolean;
    readonly knownUntilDateTime: string | null;
    readonly events: readonly (Pair & Event)[];
  } | null;
  readonly outOfOffice: {
    readonly automaticReplies: (Told & Stretch) | null;
    readonly events: readonly Event[];
  };
  readonly statusMessage: {
    readonly content: string;
    readonly setDateTime: string;
    readonly expirationDateTime: string | null;
  } | null;
  readonly workLocation: { readonly signals: readonly (Location & Said & Stretch & Told)[] };
  readonly next: (Pair & Next) | null;
}

interface Session {
  readonly setTo: Pair;
  readonly setDateTime: string;
  readonly fades: readonly (Pair & { readonly dateTime: string })[];
  readonly expirationDateTime: string;
}

export interface Next {
  readonly dateTime: string;
  readonly outOfOfficeSettings: { readonly isOutOfOffice: boolean };
  readonly workLocation: Location;
  readonly changes: readonly string[];
  readonly reason: string;
}
