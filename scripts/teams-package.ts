/** `npm run teams:package`: a zip to upload in Teams. Checked first, since Teams says little about what is wrong. */
import { zipSync } from 'fflate';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { fillManifest, iconProblems, manifestProblems } from './teams-manifest.ts';

const SOURCE = 'infra/teams';
const USAGE = `npm run teams:package -- --app-id <client id of the bot> --domain <host name of the app>
  --developer <name>   who runs it, at most 32 characters (Firstsight)
  --website <https…>   what the app's "website" and "privacy" links open (https://<domain>)
  --version <1.0.0>    higher than that of the package uploaded before
  --out <file>         firstsight-teams.zip`;

const { values } = parseArgs({
  options: {
    'app-id': { type: 'string' },
    domain: { type: 'string' },
    developer: { type: 'string', default: 'Firstsight' },
    website: { type: 'string' },
    version: { type: 'string', default: '1.0.0' },
    out: { type: 'string', default: 'firstsight-teams.zip' },
  },
});
const { 'app-id': appId, domain, developer, version, out } = values;
if (appId === undefined || domain === undefined) {
  console.error(USAGE);
  process.exit(2);
}

const icons = { 'color.png': 192, 'outline.png': 32 };
const files = Object.fromEntries(Object.keys(icons).map((name) => [name, readFileSync(path.join(SOURCE, name))]));
const manifest = fillManifest(readFileSync(path.join(SOURCE, 'manifest.json'), 'utf8'), {
  appId,
  domain,
  developer,
  version,
  website: values.website ?? `https://${domain}`,
});
const problems = [
  ...manifestProblems(manifest),
  ...Object.entries(icons).flatMap(([name, size]) => iconProblems(name, files[name] ?? Buffer.alloc(0), size)),
];
if (problems.length > 0) {
  console.error(
    `The package has ${String(problems.length)} problem(s):\n${problems.map((one) => `  - ${one}`).join('\n')}`,
  );
  process.exit(1);
}

mkdirSync(path.dirname(out), { recursive: true });
// The same content makes the same file, whenever it is packed.
const mtime = new Date('2000-01-01T00:00:00Z');
const text = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
writeFileSync(out, zipSync({ 'manifest.json': text, ...files }, { mtime, level: 9 }));
console.log(`${out}: upload it in Teams (Apps, Manage your apps, Upload an app), then add it to the SOC's channel.`);
