package journeys_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// verify runs what `make verify` runs: it asks about all customers as they are, and waits for nothing. What it prints can
// be expected as said; a difference that it names is a refusal.
func verify(j *journey, _ args) error {
	s, err := j.running()
	if err != nil {
		return err
	}
	token, err := j.token(admin)
	if err != nil {
		return err
	}
	program := exec.CommandContext(j.context(), "go", "run", "../verify", "--api", s.api, "--control", s.control, "--pause", "100ms")
	program.Env = append(os.Environ(), "GUANXI_TOKEN="+token)
	said, err := program.CombinedOutput()
	j.said = string(said)
	if _, failed := errors.AsType[*exec.ExitError](err); failed && strings.Contains(j.said, "stands: ") {
		return refusal{answer{what: "make verify", status: program.ProcessState.ExitCode(), body: said}}
	}
	if err != nil {
		return fmt.Errorf("%w after:\n%s", err, said)
	}
	return nil
}
