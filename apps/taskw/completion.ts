import { type Candidate, completionLines } from '../../clients/completion.ts'
import { UsageError } from '../../clients/errors.ts'
import { didYouMean } from '../../clients/suggestion.ts'

/** Each asks `taskw --complete WORDS…` at every Tab: a candidate and what it means, or `:files`. */
const scripts: Record<string, string> = {
  // a word of ours may hold what bash takes for the end of one, as test:unit does: only what follows it is replaced
  bash: `_taskw() {
  local line=\${COMP_LINE:0:COMP_POINT} value rest
  local -a words files
  read -ra words <<<"$line"
  [[ $line != *[[:space:]] ]] || words+=('')
  local current=\${words[-1]}
  local before=\${current%"\${current##*[:=]}"}
  COMPREPLY=()
  while IFS=$'\\t' read -r value rest; do
    if [[ $value == :files ]]; then
      compopt -o filenames
      mapfile -t files < <(compgen -f -- "$current")
      COMPREPLY+=("\${files[@]}")
    else
      [[ $value != *[:=] ]] || compopt -o nospace
      COMPREPLY+=("\${value#"$before"}")
    fi
  done < <("\${words[0]/#\\~/$HOME}" --complete "\${words[@]:1}" 2>/dev/null)
}
complete -F _taskw taskw`,
  zsh: `#compdef taskw
_taskw() {
  local line
  local -a values
  for line in "\${(@f)$(\${~words[1]} --complete "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
    if [[ $line == :files* ]]; then
      _files
    elif [[ -n $line ]]; then
      values+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    fi
  done
  (( \${#values} == 0 )) || _describe -V value values
}
compdef _taskw taskw`,
  fish: `function __taskw_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  set -l program (string replace -r '^~' $HOME -- $words[1])
  for line in ($program --complete $words[2..-1] "$current" 2>/dev/null)
    if string match -q ':files*' -- $line
      __fish_complete_path "$current"
    else
      echo $line
    end
  end
end
complete -c taskw -f -k -a '(__taskw_complete)'`,
}

const shells = Object.keys(scripts)

/** Help of the command `completion`. */
export const completionHelp = `Usage: task completion [${shells.join('|')}]

A script that completes commands, options and values in this shell.

Examples:
  source <(task completion bash)         for this shell, or in ~/.bashrc
  source <(task completion zsh)          below compinit in ~/.zshrc
  source (task completion fish | psub)   or it into ~/.config/fish/completions/taskw.fish`

/** @throws UsageError for a shell that is not known */
export function completionScript(shell: string): string {
  const script = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined
  if (script === undefined) throw new UsageError('USAGE', `expected a shell, ${shells.join(', ')}, got ${JSON.stringify(shell)}${didYouMean(shell, shells)}`, 'task completion bash')
  return script
}

/** Completes the first word, or what follows `help` and `completion`: the rest is completed by the commands themselves. */
export function completeFirst(words: string[], tasks: Candidate[]): string {
  const ours = [{ value: 'help', about: 'arguments and examples of a command' }, { value: 'version', about: 'which version this is' }, { value: 'completion', about: 'for bash, zsh or fish' }]
  const all = words.length < 2 ? [...tasks, ...ours] : words.length > 2 ? [] : words[0] === 'help' ? tasks : words[0] === 'completion' ? shells.map((value) => ({ value })) : []
  return completionLines(all.filter(({ value }) => value.startsWith(words.at(-1) ?? '')))
}
