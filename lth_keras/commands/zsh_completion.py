"""The completion script for zsh, in its own completion system: it shows what each word means."""

from lth_keras.commands import command_table

_SCRIPT = """# zsh completion of {program}: source <({program} completion zsh)
_{name}_experiments() {{
  compadd "$@" -- {experiments}
  _files "$@" -g '*.gin'
}}
_{name}_runs() {{
  compadd "$@" -- runs/*(N/:t)
  _directories "$@"
}}
_{name}() {{
  local -a commands accepted
  commands=(
{commands}
  )
  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
    _describe -t commands command commands
    return
  fi
  case $words[2] in
{cases}
  esac
  # After a command's name, _arguments reads the rest as if the name were the program.
  if [[ $words[2] != -* ]]; then shift words; (( CURRENT -= 1 )); fi
  _arguments $accepted
}}
(( $+functions[compdef] )) || {{ autoload -Uz compinit && compinit -i }}
compdef _{name} {program}
"""
# What completes a flag's value, by the value's name in the help.
_BY_VALUE = {"F": "_{name}_experiments", "DIR": "_directories", "D": "_directories"}
_ARGUMENTS = {
    "experiments": "1:experiment:_{name}_experiments", "completion": "1:shell:(bash zsh)",
    "report": "*:run:_{name}_runs",
}
_OF_A_RUN = "1:run:_{name}_runs"
_LONGEST = 60  # Letters of a description.


def zsh_script(program, experiments):
    """The script.

    Args:
      program: the command that it completes.
      experiments: names of the packaged gin files.
    """
    name = program.replace("-", "_")
    cases = [_case(each.name, each, name) for each in command_table.COMMANDS.values()]
    cases.append(_case("*", command_table.TRAIN, name, "--version[print the version]"))
    commands = [f"    {_quoted(f'{each.name}:{_short(each.text)}')}"
                for each in command_table.COMMANDS.values()]
    return _SCRIPT.format(
        program=program, name=name, commands="\n".join(commands), cases="\n".join(cases),
        experiments=" ".join(experiments))


def _case(pattern, command, name, *more):
    specs = [_flag(flag, name) for flag in (*command.flags, command_table.OUTPUT_DIR)]
    specs += ["--help[print this command's help]", *more]
    if command.name in _ARGUMENTS:
        specs.append(_ARGUMENTS[command.name].format(name=name))
    elif command.arguments:
        specs.append(_OF_A_RUN.format(name=name))
    words = " \\\n      ".join(_quoted(each) for each in specs)
    return f"    {pattern}) accepted=({words}) ;;"


def _flag(flag, name):
    about = _short(flag.text).replace("[", "\\[").replace("]", "\\]")
    if flag.kind == "bool":
        return f"--{'no' if flag.default else ''}{flag.name}[{about}]"
    action = _BY_VALUE.get(flag.value, " ").format(name=name)
    several = "*" if flag.kind == "multi" else ""
    return f"{several}--{flag.name}=[{about}]:{flag.value or 'value'}:{action}"


def _short(text):
    first = text.partition(";")[0].partition(":")[0].partition(". ")[0].removesuffix(".")
    if len(first) <= _LONGEST:
        return first
    return first[:_LONGEST].rpartition(" ")[0] + " …"


def _quoted(word):
    return "'" + word.replace("'", "'\\''") + "'"
