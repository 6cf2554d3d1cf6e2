// SPDX-License-Identifier: Apache-2.0
// Reads the time code of a synthetic camera's picture in the page (docs/time-code.md). Runs there before the page's own scripts, and
// leaves globalThis.timeOf(video): Unix time in ms of the picture that is shown, or null when there is no valid code.
export function readTimeCode() {
  const canvas = document.createElement("canvas");
  const brush = canvas.getContext("2d", { willReadFrequently: true });
  const cells = (image, row, high, wide) => {
    const bits = [];
    const means = [];
    const [top, bottom] = [row * high + Math.floor(high / 4), row * high + Math.ceil((high * 3) / 4)];
    for (let c = 0; c < 48; c += 1) {
      const from = Math.round(((c + 0.25) * wide) / 48);
      const to = Math.round(((c + 0.75) * wide) / 48);
      let sum = 0;
      for (let y = top; y < bottom; y += 1) for (let x = from; x < to; x += 1) sum += image[(y * wide + x) * 4 + 1];
      means.push(sum / ((to - from) * (bottom - top)));
    }
    if (means[0] - means[1] < 60) return null;
    for (let c = 2; c < 48; c += 1) bits.push(means[c] > (means[0] + means[1]) / 2 ? 1 : 0);
    const parity = bits.pop();
    return bits.reduce((a, b) => a ^ b, 0) === parity ? bits : null;
  };
  globalThis.timeOf = (video) => {
    const [wide, high] = [video.videoWidth, Math.floor(video.videoHeight / 30)];
    if (canvas.width !== wide || canvas.height !== high * 2) [canvas.width, canvas.height] = [wide, high * 2];
    brush.drawImage(video, 0, 0, wide, high * 2, 0, 0, wide, high * 2);
    const image = brush.getImageData(0, 0, wide, high * 2).data;
    const upper = cells(image, 0, high, wide);
    const lower = upper && cells(image, 1, high, wide);
    if (!lower) return null;
    const bits = [...upper, ...lower];
    let check = 0xffff;
    for (const bit of bits.slice(0, 74)) check = ((check << 1) ^ (((check >> 15) ^ bit) & 1 ? 0x1021 : 0)) & 0xffff;
    if (check !== bits.slice(74).reduce((a, b) => a * 2 + b, 0)) return null;
    return Number(BigInt(`0b${bits.slice(0, 64).join("")}`)) / 1000;
  };
}
