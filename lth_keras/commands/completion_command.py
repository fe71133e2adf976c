"""`python run.py completion bash|zsh`: a script that completes the command line in a shell."""

from lth_keras.commands import command_table, gin_files
from lth_keras.commands.zsh_completion import zsh_script
from lth_keras.errors import ConfigurationError

_PROGRAM = "lth-keras"
_BASH = """# bash completion of {program}: source <({program} completion bash)
_{name}_words() {{
  case "$1" in
{cases}
  esac
}}
_{name}() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" command="${{COMP_WORDS[1]}}" before=""
  [ "$COMP_CWORD" -gt 0 ] && before="${{COMP_WORDS[COMP_CWORD-1]}}"
  # Bash splits --gin_file=mnist at its sign, into three words.
  [ "$current" = "=" ] && current="" && before="${{COMP_WORDS[COMP_CWORD-1]}}"
  [ "$before" = "=" ] && before="${{COMP_WORDS[COMP_CWORD-2]}}"
  case "$before" in
    --gin_file|experiments) COMPREPLY=($(compgen -W "{experiments}" -- "$current")
      $(compgen -f -- "$current")); return ;;
    --data_dir|--output_dir|--to) COMPREPLY=($(compgen -d -- "$current")); return ;;
    completion) COMPREPLY=($(compgen -W "bash zsh" -- "$current")); return ;;
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$(_{name}_words "$command")" -- "$current"))
        case "${{COMPREPLY[0]}}" in *=) compopt -o nospace ;; esac ;;
    *) if [ "$COMP_CWORD" -eq 1 ]; then COMPREPLY=($(compgen -W "{commands}" -- "$current"))
       else COMPREPLY=($(compgen -d -- "$current")
         $(cd runs 2>/dev/null && compgen -d -- "$current")); fi ;;
  esac
}}
complete -F _{name} {program}
"""


def main(flags, arguments):
    """Prints the script. Returns the exit status."""
    del flags
    if arguments not in (["bash"], ["zsh"]):
        given = " ".join(arguments) or "nothing"
        raise ConfigurationError(f"completion takes bash or zsh; {given} was given")
    print(script(arguments[0]), end="")
    return 0


def script(shell):
    """The completion script for 'bash' or 'zsh', as text."""
    experiments = [each.name for each in gin_files.packaged()]
    if shell == "zsh":
        return zsh_script(_PROGRAM, experiments)
    cases = [f"    {name}) echo \"{_flags(command)}\" ;;"
             for name, command in command_table.COMMANDS.items()]
    cases.append(f"    *) echo \"{_flags(command_table.TRAIN)} --version\" ;;")
    return _BASH.format(
        program=_PROGRAM, name=_PROGRAM.replace("-", "_"), cases="\n".join(cases),
        commands=" ".join(command_table.COMMANDS), experiments=" ".join(experiments))


def _flags(command):
    spelt = [
        f"--{'no' if flag.default is True else ''}{flag.name}"
        + ("" if flag.kind == "bool" else "=")
        for flag in (*command.flags, command_table.OUTPUT_DIR)]
    return " ".join([*spelt, "--help"])
