/** Something that can be put back to what it was. */
export interface Rewindable {
  /** Marks how it is now. What it gives back makes it so again, as often as it is called. */
  mark(): () => void;
}
