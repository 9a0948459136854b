import { defineConfig } from 'vitest/config';

/** One project per folder of test/, each with the time its kind may take. Tests never assert wall time. */
const project = (name: string, testTimeout: number) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout, hookTimeout: Math.max(testTimeout, 60_000) },
});

export default defineConfig({
  test: {
    // The Bot Framework prints every token it refuses; the tests refuse many.
    onConsoleLog: (text) => !/botframework-connector|jsonwebtoken|Error finding key for token/.test(text),
    projects: [
      project('unit', 10_000),
      project('kql', 30_000),
      project('hunts', 30_000),
      project('infra', 30_000),
      project('contract', 60_000),
      project('e2e', 180_000),
    ],
  },
});
