// child: a real station as a child of the tests: a Python program of this directory, told
// and answering by lines of JSON, with the scanner's pipe in the daemon's place.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

async function start(name, build) {
  const program = fileURLToPath(new URL(name, import.meta.url));
  const child = spawn('python3', [program, build], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error('the station has ended');
    return JSON.parse(value);
  };
  const { url, fifo } = await next();
  return {
    url,
    ask: async (what) => { child.stdin.write(`${JSON.stringify(what)}\n`); return next(); },
    // As the scanner does it; when it did, in the browser's time.
    scan: (code) => {
      const pipe = openSync(fifo, 'w');
      const at = performance.timeOrigin + performance.now();
      writeSync(pipe, `${code}\n`);
      closeSync(pipe);
      return at;
    },
    stop: async () => { child.stdin.end(); await ended; },
  };
}

// Plays with a station that the program makes; one that does not come up has failed.
export async function withStation(name, { build, report }, play) {
  const tell = (what, wrong) => { report(what, wrong); console.log(`${wrong.length ? 'not ok' : 'ok'} ${what}`); };
  let station;
  try {
    station = await start(name, build);
  } catch (error) {
    tell(`${name}: it comes up`, [error.message]);
    return;
  }
  try {
    await play(station, tell);
  } finally {
    await station.stop();
  }
}
