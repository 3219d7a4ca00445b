"""How commands end and how their help looks: one line for an error, plain text for a pipe, examples for everyone.

A terminal gets the panels of rich; a pipe or file gets the same without colour and frames.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from zinc_sbml.cli_examples import EXAMPLES, FIRST_STEPS, PANELS, PROGRAM
from zinc_sbml.errors import ZincSbmlError
from zinc_sbml.extras import EXTRAS, how_to_install

__all__ = ["BAD_INPUT", "BUG", "Command", "Commands", "NO", "WITHOUT_EXAMPLES"]

NO = 1
"""Exit code of an answer that is no."""

BAD_INPUT = 2
"""Exit code of a value, id or option that cannot be used."""

BUG = 70
"""Exit code of an error that nobody foresaw; EX_SOFTWARE of sysexits.h."""

WITHOUT_EXAMPLES = "zinc_sbml.without_examples"
"""Key in the `meta` of a context: its help shows no examples."""

# What a shell reports of other programs whose reader went away: 128 + SIGPIPE.
_READER_GONE = 141

# Of typer's own copy of click, which it does not give a public name.
_UsageProblem: type[Exception] = next(one for one in typer.BadParameter.__mro__ if one.__name__ == "ClickException")
_Abort: type[BaseException] = typer.Abort


class _WithExamples:
    """Help that is plain where it is not read on a terminal, followed by examples."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help; on a terminal, typer prints it at once."""
        if sys.stdout.isatty():
            super().format_help(ctx, formatter)  # type: ignore[misc]
        else:
            for part in ("format_usage", "format_help_text", "format_options", "format_epilog"):
                getattr(self, part)(ctx, formatter)
        # The path of a command begins with the program, however it was called.
        examples = EXAMPLES.get(" ".join(ctx.command_path.split()[1:]), ())
        if ctx.parent is None:
            examples = tuple(command for command, _ in FIRST_STEPS)
        if examples and WITHOUT_EXAMPLES not in ctx.meta:
            formatter.write_paragraph()
            formatter.write("Examples:\n" + "".join(f"  {example}\n" for example in examples))


class Command(_WithExamples, TyperCommand):
    """A command with examples in its help."""


class Commands(_WithExamples, TyperGroup):
    """A group of commands with headings and examples, whose errors are one line."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands under their headings, for what is not a terminal."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            if command is not None and not command.hidden:
                heading = getattr(command, "rich_help_panel", None)
                heading = heading if isinstance(heading, str) else "Commands"
                groups.setdefault(heading, []).append((name, command.get_short_help_str(200)))
        for heading, rows in groups.items():
            with formatter.section(heading):
                formatter.write_dl(rows)

    def list_commands(self, ctx: Any) -> list[str]:
        """Commands in the order of their headings."""
        order = [name for names in PANELS.values() for name in names]
        names = super().list_commands(ctx)
        return sorted(names, key=lambda name: order.index(name) if ctx.parent is None and name in order else len(order))

    def main(self, args: Sequence[str] | None = None, *others: Any, **extra: Any) -> Any:
        """Run a command; end with one line if it fails."""
        # A shell may close them: >&-.
        sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115
        sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
        if not extra.pop("standalone_mode", True):
            return super().main(args, *others, standalone_mode=False, **extra)
        given = list(sys.argv[1:] if args is None else args)
        # People add it to the end of what has just failed, so it is taken wherever it stands.
        options = given[: given.index("--")] if "--" in given else given
        debug = "--debug" in options
        rest = [one for one in options if one != "--debug"] + given[len(options) :]
        extra["prog_name"] = PROGRAM
        try:
            try:
                code = super().main(rest, *others, standalone_mode=False, **extra)
            finally:
                sys.stdout.flush()
        except BrokenPipeError:
            _leave_pipe()
        except _Abort:
            _fail("stopped", 130)
        except Exception as error:
            if debug:
                raise
            _fail(*_told(error))
        sys.exit(code if isinstance(code, int) else 0)

    def make_context(self, *args: Any, **extra: Any) -> Any:
        """Read the line; --help and --version print while it is read."""
        try:
            return super().make_context(*args, **extra)
        except BrokenPipeError:
            _leave_pipe()

    def invoke(self, ctx: Any) -> Any:
        """Run the command; the reader of a pipe may leave when it has enough."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            _leave_pipe()
        except KeyboardInterrupt:
            # Typer would end without a word.
            raise _Abort from None


def _told(error: Exception) -> tuple[str, int]:
    """Line and exit code of an error."""
    if isinstance(error, ZincSbmlError):
        return str(error), BAD_INPUT
    if isinstance(error, ModuleNotFoundError) and error.name and (library := error.name.partition(".")[0]) in EXTRAS:
        return f"this needs {library}: {how_to_install(library)}", BAD_INPUT
    if isinstance(error, _UsageProblem):
        words = error.format_message().rstrip(".")  # type: ignore[attr-defined]
        words = words[:1].lower() + words[1:]
        context = getattr(error, "ctx", None)
        if type(error).__name__ == "NoArgsIsHelpError":
            words = "a command is missing"
        where = context.command_path if context else PROGRAM
        return f"{words}; see `{where} --help`", BAD_INPUT
    if isinstance(error, OSError) and error.strerror:
        # A full disk, a right that is missing: of the machine, not of us.
        return ": ".join(str(part) for part in (error.filename, error.strerror) if part), BAD_INPUT
    kind = type(error).__name__
    return (
        f"unexpected {kind}: {error}; this is a fault of {PROGRAM}: run it again with --debug and send the developers "
        "what it prints (see CITATION.cff)",
        BUG,
    )


def _fail(words: str, code: int) -> NoReturn:
    typer.echo("error: " + " ".join(words.split()), err=True)
    sys.exit(code)


def _leave_pipe() -> NoReturn:
    """End without a word; what is still in the buffer goes nowhere."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(_READER_GONE)
