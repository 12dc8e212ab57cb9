/** Rebuilds a nested JSON value from its parts, without white space. */
export class JsonText {
  #text = '';
  /** Whether the next value is not the first of its container. */
  #follows = false;

  begin(isObject: boolean): void {
    this.#add(isObject ? '{' : '[');
    this.#follows = false;
  }

  end(isObject: boolean): void {
    this.#text += isObject ? '}' : ']';
    this.#follows = true;
  }

  name(name: string): void {
    this.#add(`${JSON.stringify(name)}:`);
    this.#follows = false;
  }

  /** A scalar, as JSON. */
  value(text: string): void {
    this.#add(text);
    this.#follows = true;
  }

  /** Returns the text so far and starts a new one. */
  take(): string {
    const text = this.#text;
    this.#text = '';
    this.#follows = false;
    return text;
  }

  #add(text: string): void {
    this.#text += this.#follows ? `,${text}` : text;
  }
}
