import { describe, expect, it } from 'vitest';
import { checkInfra, readSchemas, readSources, type Sources } from '../../scripts/bicep/check.ts';
import { describeProblem } from '../../src/errors.ts';

const sources = readSources('infra');
const schemas = readSchemas('test/infra/schemas');

/** The templates with one text of one file replaced; the text must be there. */
function planted(file: string, from: string, to: string): Sources {
  const text = sources.get(`infra/${file}`);
  if (text?.includes(from) !== true) throw new Error(`infra/${file} has no ${JSON.stringify(from)} to spoil.`);
  return new Map([...sources, [`infra/${file}`, text.replace(from, to)]]);
}

const problemsOf = async (spoilt: Sources): Promise<readonly string[]> =>
  (await checkInfra(spoilt, schemas)).map(describeProblem);

it('the templates have no problem that can be found without Azure', async () => {
  expect(await problemsOf(sources)).toEqual([]);
});

it('the check looks at every template, and knows every resource type from a source that it names', () => {
  expect([...sources.keys()]).toEqual(
    expect.arrayContaining(['infra/main.bicep', 'infra/main.parameters.json', 'infra/modules/function-app.bicep']),
  );
  expect(schemas.size).toBeGreaterThan(25);
  for (const schema of schemas.values())
    expect((schema as unknown as { readonly source: string }).source).toMatch(/mcp-linux-x64|bicep-types-az/);
});

describe('the check finds', () => {
  it.each([
    [
      'a misspelt property',
      'modules/function-app.bicep',
      'httpsOnly: true',
      'httpOnly: true',
      /no property "httpOnly".*did you mean "httpsOnly"/,
    ],
    [
      'a misspelt property deep in a body',
      'modules/function-app.bicep',
      'instanceMemoryMB: instanceMemoryMB\n      ',
      'instanceMemoryMb: instanceMemoryMB\n      ',
      /scaleAndConcurrency has no property "instanceMemoryMb"/,
    ],
    [
      'a misspelt property of every item of a list',
      'modules/alerts.bicep',
      'useCommonAlertSchema: true',
      'useCommonSchema: true',
      /emailReceivers has no property "useCommonSchema"/,
    ],
    [
      'a wrong value of an enumeration',
      'modules/function-app.bicep',
      "type: 'UserAssignedIdentity'",
      "type: 'UserAssigned'",
      /authentication\.type is one of/,
    ],
    [
      'a wrong value behind a choice',
      'modules/bot.bicep',
      "'UserAssignedMSI'",
      "'UserAssignedMsi'",
      /msaAppType is one of .*did you mean "UserAssignedMSI"/,
    ],
    [
      'a wrong kind of value',
      'modules/storage.bicep',
      'allowSharedKeyAccess: false',
      "allowSharedKeyAccess: 'false'",
      /allowSharedKeyAccess is bool, not string/,
    ],
    [
      'a missing property',
      'modules/bot.bicep',
      "    displayName: 'Firstsight'\n",
      '',
      /lacks "displayName", which is required/,
    ],
    [
      'a property that only Azure sets',
      'modules/identity.bicep',
      '  tags: tags\n}',
      "  tags: tags\n  properties: {\n    tenantId: 'x'\n  }\n}",
      /properties is read-only/,
    ],
    [
      'a wrong variant',
      'modules/bot.bicep',
      "channelName: 'MsTeamsChannel'",
      "channelName: 'TeamsChannel'",
      /channelName cannot be "TeamsChannel"/,
    ],
    [
      'a property of another variant',
      'modules/bot.bicep',
      'isEnabled: true',
      "isEnabled: true\n      phone: '1'",
      /no property "phone"/,
    ],
    [
      'a misspelt kind of configuration',
      'modules/api-authentication.bicep',
      "name: 'authsettingsV2'",
      "name: 'authsettingV2'",
      /name cannot be "authsettingV2".*did you mean "authsettingsV2"/,
    ],
    [
      'an unknown version of a resource type',
      'modules/function-app.bicep',
      "'Microsoft.Web/sites@2024-11-01' = {",
      "'Microsoft.Web/sites@2024-11-02' = {",
      /Nothing is known of "Microsoft.Web\/sites@2024-11-02"/,
    ],
    ['a child without its parent', 'modules/bot.bicep', '  parent: bot\n', '', /"teams" is part of another resource/],
    [
      'a child of the wrong parent',
      'modules/storage.bicep',
      'parent: queueService',
      'parent: tableService',
      /The parent of a .*queues is no .*tableServices/,
    ],
    [
      'a property that is read and does not exist',
      'modules/function-app.bicep',
      'identity.properties.clientId\n    // Which',
      'identity.properties.clientID\n    // Which',
      /has no "properties.clientID".*did you mean "clientId"/,
    ],
    [
      'a member that an object does not have',
      'main.bicep',
      'names.network\n',
      'names.netwrk\n',
      /"names" has no "netwrk"/,
    ],
    [
      'a resource where it cannot be',
      'modules/identity.bicep',
      '// The one',
      "targetScope = 'subscription'\n// The one",
      /cannot be deployed to a subscription/,
    ],
    [
      'a name that nothing has',
      'main.bicep',
      'location: location\n    tags: tags\n    retentionDays',
      'location: locaton\n    tags: tags\n    retentionDays',
      /Nothing is called "locaton" here.*did you mean "location"/,
    ],
    [
      'a name of a loop outside of it',
      'modules/alerts.bicep',
      "'Firstsight: ${rule.title}'",
      "'Firstsight: ${rul.title}'",
      /Nothing is called "rul"/,
    ],
    [
      'a parameter that nothing uses',
      'modules/bot.bicep',
      'endpoint: endpoint',
      "endpoint: 'https://x'",
      /"endpoint" is never used/,
    ],
    [
      'a name declared twice',
      'modules/network.bicep',
      'param addressPrefix string',
      'param name string',
      /"name" is declared twice/,
    ],
    [
      'a function that Bicep does not have',
      'main.bicep',
      'uniqueString(subscription',
      'uniqeString(subscription',
      /"uniqeString" is no function.*did you mean "uniqueString"/,
    ],
    [
      'a misspelt part of the environment',
      'main.bicep',
      'environment().suffixes.keyvaultDns}',
      'environment().suffixes.keyVaultDNS}',
      /environment\(\) has no "suffixes.keyVaultDNS"/,
    ],
    ['an unknown decorator', 'main.bicep', '@secure()', '@secret()', /"@secret" is unknown/],
    [
      'a parameter without a description',
      'main.bicep',
      "@description('Version of Node.js.')\n",
      '',
      /"nodeVersion" has no description/,
    ],
    [
      'a default that is not allowed',
      'main.bicep',
      "param botSku string = 'F0'",
      "param botSku string = 'F1'",
      /"F1" is not among the allowed values/,
    ],
    [
      'a default of another type',
      'main.bicep',
      'param instanceMemoryMB int = 512',
      "param instanceMemoryMB int = '512'",
      /"instanceMemoryMB" is int; its default is string/,
    ],
    ['an unknown parameter of a module', 'main.bicep', 'sku: botSku', 'tier: botSku', /has no parameter "tier"/],
    ['a missing parameter of a module', 'main.bicep', '    sku: botSku\n', '', /needs the parameter "sku"/],
    [
      'a parameter of a module of another type',
      'main.bicep',
      'retentionDays: logRetentionDays',
      "retentionDays: '90'",
      /"retentionDays" is int, not string/,
    ],
    [
      'an output that a module does not have',
      'main.bicep',
      'monitoring.outputs.insightsId',
      'monitoring.outputs.insightId',
      /"monitoring" has no output "insightId".*did you mean "insightsId"/,
    ],
    [
      'a module without a scope',
      'main.bicep',
      "  name: 'firstsight-identity'\n  scope: group\n",
      "  name: 'firstsight-identity'\n",
      /say which as "scope"/,
    ],
    [
      'a module that is not there',
      'main.bicep',
      "'modules/bot.bicep'",
      "'modules/bots.bicep'",
      /There is no file "modules\/bots.bicep"/,
    ],
    [
      'a secret that is handed on in the open',
      'modules/secrets.bicep',
      '@secure()\nparam webhookUrl',
      'param webhookUrl',
      /"teamsWebhookUrl" is secret; "webhookUrl" would show it/,
    ],
    [
      'a secret in an output',
      'main.bicep',
      'output AZURE_RESOURCE_GROUP string = group.name',
      'output AZURE_RESOURCE_GROUP string = teamsAppPassword',
      /is secret; an output would show it/,
    ],
    [
      'a query file that is not there',
      'modules/alerts.bicep',
      'no-tick.kql',
      'no-tock.kql',
      /There is no file ".*no-tock.kql"/,
    ],
    [
      'a key that stands twice',
      'modules/function-app.bicep',
      '    httpsOnly: true\n',
      '    httpsOnly: true\n    httpsOnly: true\n',
      /"httpsOnly" stands here twice/,
    ],
    [
      'a bracket that is not closed',
      'modules/network.bicep',
      '        addressPrefix\n      ]',
      '        addressPrefix\n',
      /Syntax/,
    ],
    [
      'an unknown parameter in the parameter file',
      'main.parameters.json',
      '"hunts"',
      '"hunt"',
      /no parameter "hunt".*did you mean "hunts"/,
    ],
    [
      'a missing parameter in the parameter file',
      'main.parameters.json',
      '"location": { "value": "${AZURE_LOCATION}" },\n',
      '',
      /"location" is missing/,
    ],
    [
      'a wrong value in the parameter file',
      'main.parameters.json',
      '=managed-identity}',
      '=managed}',
      /"teamsAuth" is one of/,
    ],
    [
      'a wrong kind of value in the parameter file',
      'main.parameters.json',
      '=false}',
      '=no}',
      /"privateNetworking" is bool, not "no"/,
    ],
  ])('%s', async (_what, file, from, to, message) => {
    const problems = await problemsOf(planted(file, from, to));

    expect(problems.join('\n')).toMatch(message);
    expect(problems[0]).toMatch(/^infra\/\S+:\d+:\d+ /);
  });
});
