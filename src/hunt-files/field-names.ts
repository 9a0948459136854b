/** Every name a field of a hunt file may have without a warning. */
const OURS = ['lookback', 'schedule', 'forgetAfter', 'firstRun', 'device', 'tests', 'knownGaps'];
/** Fields of Sentinel's hunting queries and, since they leak in, of its analytics rules. */
const SENTINELS = [
  ...[
    'id',
    'name',
    'description',
    'description-detailed',
    'description_detailed',
    'requiredDataConnectors',
    'tactics',
    'relevantTechniques',
  ],
  ...[
    'query',
    'version',
    'tags',
    'metadata',
    'entityMappings',
    'severity',
    'kind',
    'status',
    'customDetails',
    'alertDetailsOverride',
  ],
  ...[
    'queryFrequency',
    'queryPeriod',
    'triggerOperator',
    'triggerThreshold',
    'eventGroupingSettings',
    'incidentConfiguration',
  ],
  ...['suppressionDuration', 'suppressionEnabled', 'sentinelEntitiesMappings', 'References', 'references', 'author'],
];
export const FIELD_NAMES = { known: [...OURS, ...SENTINELS] };
