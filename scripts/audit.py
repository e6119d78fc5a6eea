"""`make audit`: known vulnerabilities of the locked libraries, by pip-audit. Ends with 1 where there are any, with 2 where nobody could be asked."""

import subprocess
import sys

LOCK = "requirements/prod.txt"
COMMAND = [
    sys.executable,
    "-m",
    "pip_audit",
    "--requirement",
    LOCK,
    "--require-hashes",
    "--disable-pip",
    "--progress-spinner",
    "off",
]
UNREACHABLE = ("ConnectionError", "ConnectTimeout", "ServiceError", "Max retries", "Failed to connect", "resolve host")


def main():
    done = subprocess.run(COMMAND, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)  # noqa: S603 - no shell
    if done.returncode and any(word in done.stdout for word in UNREACHABLE):
        print(
            f"Nothing was audited: no database of vulnerabilities can be reached from this machine.\n{done.stdout.strip().splitlines()[-1]}"
        )
        sys.exit(2)
    unknown = done.stdout.count("could not be audited")
    print(done.stdout.strip())
    if unknown and done.returncode == 0:
        print(
            f"{unknown} libraries could not be audited: the index that this machine asks knows nothing of vulnerabilities."
        )
        sys.exit(2)
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
