# Reads `jfr print` of ExecutionSample, NativeMethodSample and ThreadCPULoad and prints a table of threads and frames.
# Variables: title, runs (recordings), cores, millis (between two samples, and between two loads 10 times that).
# The recorder finds no frame inside an intrinsic (SHA-256, CRC-32C, copying): what a thread's CPU time says and no
# sample does is the last row of each thread. Who waits for a socket is left out. With stages
# ("name=pattern,name=pattern") a second table sums the samples by the innermost frame that fits a pattern.
BEGIN {
  stage_count = split(stages, stage, ",")
  for (i = 1; i <= stage_count; i++) {
    at = index(stage[i], "=")
    pattern[i] = substr(stage[i], at + 1)
    stage[i] = substr(stage[i], 1, at - 1)
  }
}
/^jdk\./ { event = $1; top = ""; own = ""; thread = ""; fits = "" }
/^  (sampledThread|eventThread) = / {
  thread = $0
  sub(/^[^"]*"/, "", thread)
  sub(/[ "].*/, "", thread)
  sub(/.*-StreamThread/, "StreamThread", thread)
}
/^  (user|system) = / { pending += $3 + 0 }
event == "jdk.ThreadCPULoad" && /^}/ { total[thread] += pending; pending = 0 }
/^    / && event != "jdk.ThreadCPULoad" {
  frame = $0
  sub(/^ +/, "", frame)
  sub(/\(.*/, "", frame)
  if (top == "") top = frame
  for (i = 1; i <= stage_count && fits == ""; i++) if (frame ~ pattern[i]) fits = stage[i]
  if (own == "" && frame ~ /^dev\.tidemark\./) own = frame
}
/^}/ && event != "jdk.ThreadCPULoad" && top != "" && top !~ /EPoll\.wait$/ {
  count[thread, short(top) (own == top || own == "" ? "" : " < " short(own))]++
  seen[thread]++
  staged[thread, fits]++
}
function short(name,  parts, n) { n = split(name, parts, "."); return parts[n - 1] "." parts[n] }
END {
  for (thread in total) all += total[thread]
  for (key in count) { split(key, part, SUBSEP); rows[part[1]] = rows[part[1]] sprintf("%08d %s\n", count[key], part[2]) }
  printf "\n%s, %d runs\n| thread | CPU ms a run | share | frame |\n|---|---|---|---|\n", title, runs
  for (thread in total) {
    ms = total[thread] / 100 * cores * millis * 10 / runs
    if (ms < 100) continue
    n = split(rows[thread], lines, "\n")
    for (i = 1; i < n; i++) for (j = i + 1; j < n; j++) if (lines[j] > lines[i]) { swap = lines[i]; lines[i] = lines[j]; lines[j] = swap }
    shown = 0
    for (i = 1; i < n && i <= 8; i++) {
      samples = substr(lines[i], 1, 8) + 0
      row(i == 1, samples, substr(lines[i], 10))
      shown += samples
    }
    row(n < 2, seen[thread] - shown, "other frames")
    printf "| | | %.0f %% | no frame |\n", 100 - share(seen[thread], ms)
  }
  if (stage_count) print_stages()
}
function print_stages() {
  printf "\n| thread | CPU ms a run |"
  for (i = 1; i <= stage_count; i++) printf " %s |", stage[i]
  printf " others | no frame |\n|---|---|"
  for (i = 0; i < stage_count + 2; i++) printf "---|"
  print ""
  for (thread in total) {
    ms = total[thread] / 100 * cores * millis * 10 / runs
    if (ms < 100) continue
    printf "| %s | %.0f |", thread, ms
    for (i = 1; i <= stage_count; i++) printf " %.0f %% |", share(staged[thread, stage[i]], ms)
    printf " %.0f %% | %.0f %% |\n", share(staged[thread, ""], ms), 100 - share(seen[thread], ms)
  }
}
function row(first, samples, frame) {
  if (first) printf "| %s | %.0f", thread, ms
  else printf "| | "
  printf " | %.0f %% | %s |\n", share(samples, ms), frame
}
function share(samples, ms) { return 100 * samples * millis / runs / ms }
