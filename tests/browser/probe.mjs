// probe: screen-probe as a child, told what to show and asked what was touched.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export async function startProbe(build, port = 0, boot = 'probe') {
  const child = spawn(`${build}/tests/screen-probe`, [String(port), boot], { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting = [];
  const touches = [];
  let ready;
  const isReady = new Promise((resolve) => { ready = resolve; });
  const ended = new Promise((resolve) => { child.once('exit', resolve); });

  createInterface({ input: child.stdout }).on('line', (line) => {
    const said = JSON.parse(line);
    if ('port' in said) ready(said.port);
    else if ('seq' in said) waiting.shift()?.(said.seq);
    else touches.push(said);
  });

  const probe = {
    port: await isReady,
    touches,
    // Says it and returns the seq of the state that came of it.
    tell: (what, more = {}) => new Promise((resolve) => {
      waiting.push(resolve);
      child.stdin.write(`${JSON.stringify({ do: what, ...more })}\n`);
    }),
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    stop: async () => { child.kill('SIGCONT'); child.stdin.end(); await ended; },
  };
  probe.url = `http://127.0.0.1:${probe.port}`;
  return probe;
}
