package cloud

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// hostDir makes this test binary a host, so that a test can kill one.
const hostDir = "LOCAL_CLOUD_TEST_HOST"

func host(dir string) {
	c, err := Start(context.Background(), Config{Template: "testdata/template.yaml", Dir: dir})
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
	token, err := c.Token("someone")
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
	fmt.Println(c.API, c.Control, token)
	select {}
}

// A host that is killed in the middle of its work loses nothing and leaves nothing behind; the next one says what it
// repaired. So do the servers' processes and the functions'.
func TestAKilledHostLosesNothing(t *testing.T) {
	dir := t.TempDir()
	first := exec.Command(os.Args[0])
	first.Env = append(os.Environ(), hostDir+"="+dir)
	first.Stderr = os.Stderr
	out, err := first.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || strings.HasPrefix(line, "error") {
		t.Fatalf("%s, %v", line, err)
	}
	fields := strings.Fields(line)
	killed := client{t, &Cloud{API: fields[0], Control: fields[1]}, fields[2]}
	const items = 40
	for i := range items {
		killed.put(fmt.Sprint(i))
	}
	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = first.Wait() // it was killed

	next, err := Start(t.Context(), Config{Template: "testdata/template.yaml", Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer next.Stop()
	if repaired := strings.Join(next.Repaired, "\n"); !strings.Contains(repaired, "ended without stopping") {
		t.Errorf("repaired: %q", repaired)
	}
	if err := syscall.Kill(first.Process.Pid, 0); err == nil {
		t.Error("the first host still runs")
	}
	c := of(t, next)
	c.settle()
	for i := range items {
		if c.item(fmt.Sprintf("DONE#%d", i)) == nil {
			t.Errorf("item %d was lost", i)
		}
	}
}
