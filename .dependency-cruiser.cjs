/** The design's dependency rules; see docs/decisions and CONTRIBUTING.md. */
const EDGE = '^src/(azure|teams|functions)/|^src/(main|azure-services)\\.ts$';
const SDK = '^node_modules/(@azure|@microsoft|botbuilder|botframework|openai)';

module.exports = {
  forbidden: [
    {
      name: 'hunt-is-pure',
      comment: 'src/hunt decides; it reaches no SDK, file, network, log or clock.',
      severity: 'error',
      from: { path: '^src/hunt/' },
      to: { pathNot: '^src/hunt/|^src/(time|errors)\\.ts$|^node_modules/croner/|^(node:)?crypto$' },
    },
    {
      name: 'story-knows-no-cloud',
      comment: 'The story and its ports know no adapter and no package.',
      severity: 'error',
      from: { path: '^src/(run-hunt|run-failure|run-summary|tell|services)\\.ts$' },
      to: { path: '^src/(azure|teams|functions|hunt-files)/|^node_modules/' },
    },
    {
      name: 'sdk-only-at-the-edge',
      severity: 'error',
      from: { path: '^src/', pathNot: EDGE },
      to: { path: SDK },
    },
    {
      name: 'adapters-are-strangers',
      severity: 'error',
      from: { path: '^src/(azure|teams)/' },
      to: { path: '^src/(azure|teams|functions)/|^src/(run-hunt|tell|azure-services|main)\\.ts$', pathNot: '^src/$1/' },
    },
    {
      name: 'only-the-bot-knows-teams-ai',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/teams/bot\\.ts$' },
      to: {
        path: '^node_modules/(@microsoft/teams-ai|botbuilder|botframework-connector|openai)',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'the-bot-is-loaded-lazily',
      comment: 'A static import would load teams-ai at every cold start.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/teams/bot\\.ts$', dependencyTypesNot: ['dynamic-import', 'type-only'] },
    },
    {
      name: 'product-knows-no-tests',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|local|bench|scripts)/' },
    },
    {
      name: 'local-knows-no-tests',
      severity: 'error',
      from: { path: '^local/' },
      to: { path: '^(test|bench)/' },
    },
    {
      name: 'only-declared-packages',
      comment: 'A package that is there by chance is gone by chance.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^@azure/functions-core$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
