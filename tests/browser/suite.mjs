// suite: named tests, each of which returns what is wrong, and waiting for what will come.

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
export const quantile = (values, q) => [...values].sort((a, b) => a - b)[Math.floor(q * (values.length - 1))];

export async function until(what, ms) {
  const end = Date.now() + ms;
  while (Date.now() < end) {
    if (await what()) return true;
    await sleep(30);
  }
  return false;
}

// One that throws has failed, and the next is played all the same.
export async function playAll(tests, world, tell, { before = () => {}, after = () => {} } = {}) {
  for (const [name, test] of Object.entries(tests)) {
    await before();
    let wrong;
    try {
      wrong = (await test(world)).filter(Boolean);
    } catch (error) {
      wrong = [String(error.message).split('\n')[0]];
    }
    tell(name, wrong);
    await after();
  }
}
