/**
 * The POSIX sh programs that run on the host, kept to what dash and util-linux offer:
 * cat, flock, head, id, kill, mkdir, mv, printf, rm, rmdir, setsid, sh, sleep, sudo, umask, wc, `[`.
 *
 * A run lives in `$HOME/.hwa/<id>`:
 *
 *     begun/   made by mkdir before the command starts: whoever made it may start the command, nobody else ever
 *     lock     held (flock, exclusive) by the runner while the command runs; free = the command has ended
 *     cmd, in  the command as a sh file (so that no process list shows its environment), and its stdin
 *     boot     boot id of the start
 *     pid      process id of the command, which leads a session and a process group of its own
 *     out, err what it printed
 *     code     its exit code, renamed into place by the runner after the end; `stopped` if it was stopped before its start
 *
 * Every answer carries a word that only this call knows, so that no output of a command can pass for one.
 */

/** Leads a session of its own, holds the lock, runs the command in a further session and notes its exit code. */
const RUNNER = `
d=$1 sudo=$2 mask=$3
# Signals meant for the command must not keep its end off the record.
trap : HUP INT TERM
if [ -n "$sudo" ]; then set -- sudo -n sh "$d/cmd"; else set -- sh "$d/cmd"; fi
setsid sh -c '
  printf %s "$$" >"$0/pid.new" && mv "$0/pid.new" "$0/pid" || exit 126
  umask "$1"; shift; exec "$@"
' "$d" "$mask" "$@" <"$d/in" >>"$d/out" 2>>"$d/err" 9>&-
printf %s "$?" >"$d/code.new" && mv "$d/code.new" "$d/code"
`

/**
 * Starts the command, or attaches to the one that runs or ran; then hands over its output and its exit code.
 * Stdin: the command as a sh file, then the command's own stdin.
 *
 * Prints `word boot <id> started|attached`, after a second `word pid <pid>`, then `word output`, stdout,
 * and a last line `word <verdict>`; the command's stderr is on stderr.
 */
export const RUN = {
  parameters: ['word', 'id', 'boot', 'commandBytes', 'stdinBytes', 'sudo', 'live', 'maxBytes', 'runner'],
  runner: RUNNER,
  text: `
word=$1 d=$HOME/.hwa/$2 want=$3 cmd=$4 in=$5 sudo=$6 live=$7 max=$8 runner=$9
mask=$(umask)
umask 077
say() { printf '\\n%s %s\\n' "$word" "$*"; exit 0; }
boot=$(cat /proc/sys/kernel/random/boot_id) || say unfit boot_id
[ -z "$want" ] || [ "$want" = "$boot" ] || say rebooted "$boot"
mkdir -p "$d" || say unfit mkdir
how=attached

if ! [ -d "$d/begun" ]; then
  # Root needs no sudo; anybody else needs one that asks for no password, and that must be known before the start.
  if [ -n "$sudo" ]; then
    if [ "$(id -u)" = 0 ]; then sudo=; else says=$(sudo -n true 2>&1) || { printf '%s\\n' "$says" >&2; say unfit sudo; }; fi
  fi
  # A connection cut in the middle of the input must not start a command with half of it.
  new=$d/new.$word
  mkdir "$new" || say unfit mkdir
  head -c "$cmd" >"$new/cmd"
  head -c "$in" >"$new/in"
  if [ "$(wc -c <"$new/cmd")" -ne "$cmd" ] || [ "$(wc -c <"$new/in")" -ne "$in" ]; then
    rm -rf "$new"
    say cut
  fi
  printf %s "$boot" >"$new/boot"
  exec 9>>"$d/lock"
  flock 9 || say unfit flock
  if mkdir "$d/begun" 2>/dev/null; then
    mv "$new/cmd" "$new/in" "$new/boot" "$d" && : >"$d/out" && : >"$d/err" || say died
    # The runner inherits descriptor 9, and with it the lock.
    setsid sh -c "$runner" hwa-runner "$d" "$sudo" "$mask" </dev/null >/dev/null 2>&1 &
    how=started
  fi
  exec 9>&-
  rm -rf "$new"
fi

printf '\\n%s boot %s %s\\n' "$word" "$boot" "$how"
exec 9<"$d/lock"
flock -s -w 1 9 || printf '%s pid %s\\n' "$word" "$(cat "$d/pid" 2>/dev/null)"
[ -f "$d/out" ] && [ -f "$d/err" ] || say died
printf '%s output\\n' "$word"
if [ -n "$live" ]; then
  exec 3<"$d/out" 4<"$d/err"
  until flock -s -w 1 9; do
    { cat <&3 && cat <&4 >&2; } || exit 1
  done
  cat <&3
  cat <&4 >&2
else
  flock -s 9 || say unfit flock
  head -c "$max" "$d/out"
  head -c "$max" "$d/err" >&2
fi
[ -f "$d/code" ] && say code "$(cat "$d/code")"
[ "$(cat "$d/boot")" = "$boot" ] || say rebooted "$boot"
say died
`,
} as const

/**
 * Ends the command: TERM to its process group, after the grace KILL; a command that has not begun will never begin.
 * `word gone` is said only when the group has no process left and the runner has given its lock back.
 * Runs as root where it can, because a command under sudo takes no signal from anybody else.
 */
export const STOP = {
  parameters: ['word', 'id', 'graceSeconds', 'body'],
  text: `
d=$HOME/.hwa/$2
set -- sh -c "$4" hwa-stop "$1" "$d" "$3"
umask 077
mkdir -p "$d"
if [ "$(id -u)" != 0 ] && sudo -n true 2>/dev/null; then exec sudo -n "$@"; fi
exec "$@"
`,
  body: `
word=$1 d=$2 grace=$3
umask 077
say() { printf '\\n%s %s\\n' "$word" "$*"; exit 0; }
: >>"$d/lock"
if mkdir "$d/begun" 2>/dev/null; then
  : >>"$d/out"
  : >>"$d/err"
  printf stopped >"$d/code"
  say gone
fi
exec 9<"$d/lock"
# Between begun and pid lie a few milliseconds.
tries=0
until [ -s "$d/pid" ]; do
  flock -s -n 9 && say gone
  [ "$tries" -lt 50 ] || say alive
  tries=$((tries + 1))
  sleep 0.1
done
pid=$(cat "$d/pid")
# Ended by itself: its number may be somebody else's by now.
flock -s -n 9 && [ -f "$d/code" ] && say gone "$pid"
for signal in TERM KILL; do
  kill -s "$signal" -- "-$pid" 2>/dev/null
  tries=0
  while kill -s 0 -- "-$pid" 2>/dev/null && [ "$tries" -lt "$((grace * 10))" ]; do
    tries=$((tries + 1))
    sleep 0.1
  done
done
kill -s 0 -- "-$pid" 2>/dev/null && say alive "$pid"
flock -s -w 5 9 || say alive "$pid"
say gone "$pid"
`,
} as const

/** Says `absent`, `running`, `code <n>`, or `died` (begun, ended, and no exit code on record). */
export const STATUS = {
  parameters: ['word', 'id'],
  text: `
word=$1 d=$HOME/.hwa/$2
say() { printf '\\n%s %s\\n' "$word" "$*"; exit 0; }
[ -d "$d/begun" ] || say absent
[ -f "$d/code" ] && say code "$(cat "$d/code")"
[ -f "$d/lock" ] || say died
exec 9<"$d/lock"
flock -s -n 9 || say running
[ -f "$d/code" ] && say code "$(cat "$d/code")"
say died
`,
} as const

/** Says `running <ids>`: runs whose command has begun and not ended. */
export const RUNNING = {
  parameters: ['word'],
  text: `
word=$1 running=
for d in "$HOME/.hwa/"*; do
  [ -d "$d/begun" ] || continue
  [ -f "$d/code" ] && continue
  [ -f "$d/lock" ] || continue
  exec 9<"$d/lock"
  flock -s -n 9 || running="$running \${d##*/}"
  exec 9>&-
done
printf '\\n%s running%s\\n' "$word" "$running"
`,
} as const

/** Removes one run directory (id given) or all of them (id empty); says `left <ids>` of those whose command still runs. */
export const REMOVE = {
  parameters: ['word', 'id'],
  text: `
word=$1 left=
for d in "$HOME/.hwa/"\${2:-*}; do
  [ -d "$d" ] || continue
  exec 9>>"$d/lock"
  if flock -n 9; then rm -rf "$d"; else left="$left \${d##*/}"; fi
  exec 9>&-
done
rmdir "$HOME/.hwa" 2>/dev/null
printf '\\n%s left%s\\n' "$word" "$left"
`,
} as const
