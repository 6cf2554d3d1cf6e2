// SPDX-License-Identifier: Apache-2.0
// The sheets of thumbnails that are at hand: a few, loaded one after the other where the pointer is and then beside it. A sheet costs
// the recorder half a second and this device some 30 MB, so what is wished is only ever what the latest pointer position needs.
import { chunkOf, kChunk, type Tile } from "./storyboard";

export interface Sheet<Picture> {
  tiles: Tile[];
  picture: Picture;
}

export interface Loading<Picture> {
  // Null: there are no thumbnails in these ten minutes. Throws when it has to be tried again.
  load: (camera: string, start: number) => Promise<Sheet<Picture> | null>;
  drop: (picture: Picture) => void;
  now: () => number; // Unix seconds
}

interface Kept<Picture> {
  camera: string;
  start: number;
  sheet: Sheet<Picture> | null;
  loadedAt: number;
}

const kMost = 3;
const kGrowingStale = 15; // seconds after which a sheet that still grew is made again
const kNoneStale = 60;
const kAgain = 3; // seconds after a failure

export class Sheets<Picture> {
  private readonly kept: Kept<Picture>[] = []; // what was used last, last
  private wishes: { camera: string; start: number }[] = [];
  private busy = false;
  private restUntil = 0;
  private before: { camera: string; at: number } | null = null;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly loading: Loading<Picture>) {}

  // The sheet of an instant; null where there are no thumbnails, undefined while that is not known.
  find(camera: string, at: number): Sheet<Picture> | null | undefined {
    const found = this.entry(camera, chunkOf(at));
    if (!found) return undefined;
    this.kept.push(...this.kept.splice(this.kept.indexOf(found), 1));
    return found.sheet;
  }

  // Sees to it that the sheet of an instant comes, and those beside it: in the direction of the pointer first.
  want(camera: string, at: number): void {
    const here = chunkOf(at);
    this.find(camera, at); // counts as a use
    const back = this.before?.camera === camera && at < this.before.at;
    this.before = { camera, at };
    const beside = back ? [here - kChunk, here + kChunk] : [here + kChunk, here - kChunk];
    this.wishes = [here, ...beside].filter((start) => start <= this.loading.now()).map((start) => ({ camera, start }));
    void this.pump();
  }

  // Called when a sheet has come.
  listen(action: () => void): () => void {
    this.listeners.add(action);
    return () => this.listeners.delete(action);
  }

  private entry(camera: string, start: number): Kept<Picture> | undefined {
    return this.kept.find((each) => each.camera === camera && each.start === start);
  }

  private isFresh(camera: string, start: number): boolean {
    const found = this.entry(camera, start);
    if (!found) return false;
    const age = this.loading.now() - found.loadedAt;
    const grew = found.loadedAt < start + kChunk + 2;
    if (grew && age > kGrowingStale) return false;
    return found.sheet !== null || age < kNoneStale;
  }

  private async pump(): Promise<void> {
    if (this.busy || this.loading.now() < this.restUntil) return;
    const next = this.wishes.find(({ camera, start }) => !this.isFresh(camera, start));
    if (!next) return;
    this.busy = true;
    try {
      const loadedAt = this.loading.now();
      const sheet = await this.loading.load(next.camera, next.start);
      this.keep({ ...next, sheet, loadedAt });
    } catch {
      this.restUntil = this.loading.now() + kAgain;
    } finally {
      this.busy = false;
    }
    for (const each of [...this.listeners]) each();
    await this.pump();
  }

  private keep(next: Kept<Picture>): void {
    const old = this.entry(next.camera, next.start);
    if (old) this.remove(old);
    this.kept.push(next);
    while (this.kept.filter(({ sheet }) => sheet !== null).length > kMost) this.remove(this.kept.find(({ sheet }) => sheet !== null)!);
    if (this.kept.length > 50) this.remove(this.kept[0]!);
  }

  private remove(old: Kept<Picture>): void {
    this.kept.splice(this.kept.indexOf(old), 1);
    if (old.sheet) this.loading.drop(old.sheet.picture);
  }
}
