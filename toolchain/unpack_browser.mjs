// Unpacks the Chromium of the package @sparticuz/chromium into a folder, usage: unpack_browser.mjs FOLDER
//
// With the libraries and fonts that it brings, so that a machine without any of them runs the browser tests. The package
// unpacks into the folder for temporary files, and the libraries only where it takes itself to be in the service that
// lacks them: both are told by the environment, before the package is loaded.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const folder = resolve(process.argv[2]);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
process.env.TMPDIR = folder;
process.env.AWS_LAMBDA_FUNCTION_NAME = "unpack";
process.env.AWS_EXECUTION_ENV = "AWS_Lambda_nodejs22.x";

const { default: chromium } = await import("@sparticuz/chromium");
const program = await chromium.executablePath();

// Its own list of folders names those of that service. The package's only font has no Arabic letters: DejaVu has, and
// comes as a package too. The machine's fonts come after ours: pages look the same everywhere, and a script that ours
// lack is still shown.
const letters = resolve("node_modules/dejavu-fonts-ttf/ttf");
writeFileSync(
  join(folder, "fonts", "fonts.conf"),
  `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${join(folder, "fonts")}</dir>
  <dir>${letters}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${join(folder, "fonts-cache")}</cachedir>
  <alias binding="same"><family>sans-serif</family><prefer><family>Open Sans</family><family>DejaVu Sans</family></prefer></alias>
  <alias binding="same"><family>serif</family><prefer><family>DejaVu Serif</family><family>Open Sans</family></prefer></alias>
  <alias binding="same"><family>monospace</family><prefer><family>DejaVu Sans Mono</family><family>Open Sans</family></prefer></alias>
</fontconfig>
`,
);
console.log(program);
