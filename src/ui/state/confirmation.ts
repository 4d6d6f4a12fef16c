/** What is asked before something that cannot be undone, or that is better thought of twice. */
export interface Confirmation {
  readonly title: string;
  readonly message: string;
  readonly action: string;
  readonly perform: () => void;
}
