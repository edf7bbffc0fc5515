// sharp: resize inside a box. Answers the same lines as worker.py.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { cpus } from "node:os";
import { readFileSync } from "node:fs";

const [folder, threads] = process.argv.slice(2);
const sharp = createRequire(`${folder}/`)("sharp");
sharp.cache(false);
sharp.concurrency(threads === "1" ? 1 : cpus().length);

console.log(JSON.stringify(`sharp ${sharp.versions.sharp}, libvips ${sharp.versions.vips}`));
for await (const line of createInterface({ input: process.stdin })) {
  const task = JSON.parse(line);
  const cpu = process.cpuUsage();
  const begin = process.hrtime.bigint();
  for (let i = 0; i < task.repeats; ++i) {
    await sharp(task.source, { limitInputPixels: false })
      .resize(task.size, task.size, { fit: "inside" })
      .jpeg({ quality: task.quality })
      .toBuffer();
  }
  const wall = Number(process.hrtime.bigint() - begin) / 1e9 / task.repeats;
  const used = process.cpuUsage(cpu);
  const peak = readFileSync("/proc/self/status", "utf8").match(/VmHWM:\s+(\d+)/)[1];
  console.log(JSON.stringify({
    wall, cpu: (used.user + used.system) / 1e6 / task.repeats, peak: 1024 * parseInt(peak, 10),
  }));
}
