// SPDX-License-Identifier: Apache-2.0
// The instant that a drawn camera wrote into its picture (docs/time-code.md), read from a canvas, an <img> or a <video> of a page.

// Runs in the page. Unix seconds; null without an intact code.
function read(element) {
  const width = element.naturalWidth ?? element.videoWidth ?? element.width;
  const height = element.naturalHeight ?? element.videoHeight ?? element.height;
  if (!width) return null;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext("2d");
  context.drawImage(element, 0, 0);
  const row = Math.floor(height / 30);
  // The mean of a cell's inner half.
  const luma = (x, y) => {
    const left = Math.round(((x + 0.25) * width) / 48);
    const size = [Math.max(1, Math.floor(width / 96)), Math.max(1, Math.floor(row / 2))];
    const { data } = context.getImageData(left, Math.floor(row * (y + 0.25)), ...size);
    let sum = 0;
    for (let n = 0; n < data.length; n += 4) sum += data[n + 1];
    return sum / (data.length / 4);
  };
  const bits = [];
  for (const y of [0, 1]) {
    const cells = Array.from({ length: 48 }, (_, x) => luma(x, y));
    if (cells[0] - cells[1] < 60) return null;
    const values = cells.slice(2).map((value) => (value > (cells[0] + cells[1]) / 2 ? 1 : 0));
    if (values.slice(0, 45).reduce((a, b) => a ^ b) !== values[45]) return null;
    bits.push(...values.slice(0, 45));
  }
  let crc = 0xffff;
  for (const bit of bits.slice(0, 74)) crc = ((crc << 1) ^ (((crc >> 15) & 1) === bit ? 0 : 0x1021)) & 0xffff;
  if (crc !== parseInt(bits.slice(74).join(""), 2)) return null;
  return Number(BigInt(`0b${bits.slice(0, 64).join("")}`)) / 1e6;
}

export const codeOf = (locator) => locator.evaluate(read);

// Of a picture file, with its size: the browser of `page` decodes it.
export async function codeOfFile(page, data, type = "image/jpeg") {
  const image = await page.evaluateHandle(async (url) => {
    const made = new Image();
    made.src = url;
    await made.decode();
    return made;
  }, `data:${type};base64,${data.toString("base64")}`);
  return { time: await image.evaluate(read), ...(await image.evaluate(({ naturalWidth, naturalHeight }) => ({ width: naturalWidth, height: naturalHeight }))) };
}
