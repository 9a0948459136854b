/** Publishers a company's devices see every day, with a certificate each; serials and hashes are made up. */
export interface Signer {
  readonly name: string;
  readonly issuer: string;
  /** How often its files are among the checked ones. */
  readonly weight: number;
}

const DIGICERT = 'DigiCert Trusted G4 Code Signing RSA4096 SHA384 2021 CA1';
const SECTIGO = 'Sectigo Public Code Signing CA R36';
const GLOBALSIGN = 'GlobalSign GCC R45 EV CodeSigning CA 2020';
const MICROSOFT = 'Microsoft Code Signing PCA 2011';

export const LITEMANAGER_SIGNER: Signer = { name: 'Yakhnovets Denis Aleksandrovich IP', issuer: GLOBALSIGN, weight: 0 };

const named = (issuer: string, weight: number, ...names: string[]): Signer[] =>
  names.map((name) => ({ name, issuer, weight }));

export const SIGNERS: readonly Signer[] = [
  ...named(MICROSOFT, 40, 'Microsoft Corporation', 'Microsoft Windows'),
  ...named(
    MICROSOFT,
    8,
    'Microsoft Windows Publisher',
    'Microsoft Windows Hardware Compatibility Publisher',
    'Microsoft 3rd Party Application Component',
  ),
  ...named(
    DIGICERT,
    6,
    'Google LLC',
    'Mozilla Corporation',
    'Adobe Inc.',
    'Intel Corporation',
    'NVIDIA Corporation',
    'Zoom Video Communications, Inc.',
  ),
  ...named(
    DIGICERT,
    4,
    'Dell Inc',
    'HP Inc.',
    'Lenovo',
    'Cisco Systems, Inc.',
    'VMware, Inc.',
    'Oracle America, Inc.',
    'Citrix Systems, Inc.',
    'SAP SE',
  ),
  ...named(
    DIGICERT,
    3,
    'Slack Technologies, LLC',
    'GitHub, Inc.',
    'Docker Inc',
    'JetBrains s.r.o.',
    'Dropbox, Inc',
    'Logitech Inc',
    'Realtek Semiconductor Corp.',
  ),
  ...named(
    SECTIGO,
    2,
    'Notepad++',
    'Igor Pavlov',
    'VideoLAN',
    'Wireshark Foundation',
    'KeePassXC Team',
    'OpenVPN Inc.',
    'Python Software Foundation',
  ),
  ...named(
    GLOBALSIGN,
    1,
    'win.rar GmbH',
    'TeamViewer Germany GmbH',
    'AnyDesk Software GmbH',
    'Famatech Corp.',
    'RealVNC Ltd',
    'Splashtop Inc.',
    'Remote Utilities LLC',
  ),
];
