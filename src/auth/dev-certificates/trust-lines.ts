/**
 * How clients on this machine are told to trust the dev server: for each kind of client its name and
 * a line for the platform's shell, PowerShell on Windows.
 *
 * @param caPath absolute path of the authority's certificate
 * @param url the server's HTTPS address, for the lines that call it
 */
export function trustLines(
  caPath: string,
  url: string,
  platform: NodeJS.Platform = process.platform,
): readonly string[] {
  if (platform === 'win32') {
    const path = `'${caPath.replaceAll("'", "''")}'`;
    return [
      `Node.js   $env:NODE_EXTRA_CA_CERTS = ${path}`,
      // Windows' own TLS asks whether the certificate was revoked, and there is nobody to ask.
      `curl      curl.exe --ssl-no-revoke --cacert ${path} ${url}`,
      `browsers  certutil -user -addstore Root ${path}`,
    ];
  }
  const path = `'${caPath.replaceAll("'", "'\\''")}'`;
  return [
    `Node.js   export NODE_EXTRA_CA_CERTS=${path}`,
    `curl      curl --cacert ${path} ${url}`,
    platform === 'darwin'
      ? `browsers  security add-trusted-cert -r trustRoot -p ssl -k ~/Library/Keychains/login.keychain-db ${path}`
      : // Of Chromium and its kin. The command comes with the package libnss3-tools.
        `browsers  certutil -d sql:"$HOME/.pki/nssdb" -A -t C,, -n 'Porchlight dev' -i ${path}`,
  ];
}
