// Conversations, kept in this browser and nowhere else. Each has a key of its own, so that two
// tabs never overwrite each other's.

const MOST_CONVERSATIONS = 50;
const MOST_TURNS = 100;
// Browsers keep some five million characters for a site.
const MOST_CHARACTERS = 2_500_000;

export class Conversations {
  // `store` is a Storage; where the browser gives none, they last as long as the page.
  constructor(store, place) {
    this.store = store ?? new MemoryStorage();
    this.isKept = Boolean(store);
    this.prefix = `footnote ${place} conversation `;
  }

  // Newest first. What can't be read (another version wrote it) is left out.
  all() {
    return this.keys()
      .map((key) => this.read(key))
      .filter(Boolean)
      .sort((one, other) => other.changed - one.changed);
  }

  get(id) {
    return this.read(this.prefix + id);
  }

  // Keeps it as the newest. Older ones go when there is no more room.
  save(id, turns) {
    const held = { id, changed: Date.now(), turns: turns.slice(-MOST_TURNS) };
    const text = JSON.stringify(held);
    this.makeRoom(this.prefix + id, text.length);
    for (;;) {
      try {
        this.store.setItem(this.prefix + id, text);
        return;
      } catch {
        if (!this.dropOldest(this.prefix + id)) return; // this one alone is too much
      }
    }
  }

  // Puts one back that was removed, as it was.
  restore(conversation) {
    try {
      this.store.setItem(this.prefix + conversation.id, JSON.stringify(conversation));
    } catch {
      // No room: it stays removed.
    }
  }

  remove(id) {
    this.store.removeItem(this.prefix + id);
  }

  clear() {
    for (const key of this.keys()) this.store.removeItem(key);
  }

  keys() {
    const all = Array.from({ length: this.store.length }, (_, place) => this.store.key(place));
    return all.filter((key) => key.startsWith(this.prefix));
  }

  read(key) {
    try {
      const held = JSON.parse(this.store.getItem(key));
      return Array.isArray(held?.turns) && held.turns.length ? held : null;
    } catch {
      return null;
    }
  }

  makeRoom(key, length) {
    const others = () => this.keys().filter((each) => each !== key);
    const characters = () =>
      others().reduce((sum, each) => sum + this.store.getItem(each).length, length);
    while (others().length >= MOST_CONVERSATIONS || characters() > MOST_CHARACTERS) {
      if (!this.dropOldest(key)) return;
    }
  }

  dropOldest(spared) {
    const ages = this.keys()
      .filter((key) => key !== spared)
      .map((key) => [this.read(key)?.changed ?? 0, key])
      .sort(([one], [other]) => one - other);
    if (!ages.length) return false;
    this.store.removeItem(ages[0][1]);
    return true;
  }
}

// The browser's storage, or null where a setting or a sandbox forbids it.
export function storageOf(name) {
  try {
    const store = globalThis[name];
    store.setItem("footnote probe", "");
    store.removeItem("footnote probe");
    return store;
  } catch {
    return null;
  }
}

class MemoryStorage {
  held = new Map();

  get length() {
    return this.held.size;
  }

  key(place) {
    return [...this.held.keys()][place];
  }

  getItem(key) {
    return this.held.get(key) ?? null;
  }

  setItem(key, value) {
    this.held.set(key, value);
  }

  removeItem(key) {
    this.held.delete(key);
  }
}
