package check

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// budget is how many times as long as an empty handler a function may take from
// the start of its process to its first question for work: 3, but for those that
// normalise phones, whose library takes 9 ms to read its tables, and those with
// the most and largest operations, which are registered at every start.
func budget(function string) float64 {
	switch function {
	case "customers", "sign-up", "webhooks":
		return 7
	case "settings": // 35 operations, for a few people a day
		return 5
	case "surveys":
		return 3.5
	}
	return 3
}

// rounds is how often each is started; the median counts.
const rounds = 31

// BenchmarkStart starts the real binary of each function beside an empty one,
// in turns, so that a busy machine slows all of them alike.
func BenchmarkStart(b *testing.B) {
	binaries := buildAll(b)
	runtime := newRuntime(b)
	took := map[string][]time.Duration{}
	for b.Loop() {
		clear(took)
		for range rounds {
			for name, binary := range binaries {
				took[name] = append(took[name], runtime.start(b, binary))
			}
		}
	}
	empty := median(took["empty"])
	b.ReportMetric(empty.Seconds()*1000, "ms-empty")
	for name := range binaries {
		if name == "empty" {
			continue
		}
		ratio := float64(median(took[name])) / float64(empty)
		b.ReportMetric(ratio, name+"/empty")
		if most := budget(name); ratio > most {
			b.Errorf("%s starts in %.1f times an empty handler's time; its budget is %.1f", name, ratio, most)
		}
	}
}

func median(d []time.Duration) time.Duration {
	d = slices.Clone(d)
	slices.Sort(d)
	return d[len(d)/2]
}

// buildAll builds the functions as they are deployed, but for this machine.
func buildAll(b *testing.B) map[string]string {
	b.Helper()
	dir := b.TempDir()
	build := exec.Command("go", "build", "-tags=lambda.norpc", "-trimpath", "-ldflags=-s -w", "-o", dir, "./functions/...", "./infra/check/testdata/empty")
	build.Dir = root
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, said)
	}
	found, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(found) < 2 {
		b.Fatalf("built %v: %v", found, err)
	}
	binaries := map[string]string{}
	for _, path := range found {
		binaries[filepath.Base(path)] = path
	}
	return binaries
}

// runtime is as much of the Lambda Runtime API as a cold start needs: it hears
// the first question for work, and never answers it.
type runtime struct {
	address string
	asked   chan struct{}
}

func newRuntime(b *testing.B) runtime {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	r := runtime{listener.Addr().String(), make(chan struct{})}
	server := &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, question *http.Request) {
		r.asked <- struct{}{}
		<-question.Context().Done()
	})}
	go server.Serve(listener)
	b.Cleanup(func() { server.Close() })
	return r
}

// start is the time from the start of the process to its first question.
func (r runtime) start(b *testing.B, binary string) time.Duration {
	b.Helper()
	cmd := exec.Command(binary)
	cmd.Stderr = os.Stderr
	cmd.Env = []string{"AWS_LAMBDA_RUNTIME_API=" + r.address, "AWS_REGION=local", "AWS_ACCESS_KEY_ID=id", "AWS_SECRET_ACCESS_KEY=secret",
		"TIME_ZONE=Asia/Shanghai", "BASE_CURRENCY=CNY", "SEAL_KEY_ARN=arn:key", "FIRST_ADMIN_SUBJECT=root", "SIGN_UPS_PER_HOUR=30"}
	for _, name := range []string{"CUSTOMERS_TABLE", "FACTS_TABLE", "OPERATIONS_TABLE", "SETTINGS_TABLE", "AUDIT_TABLE",
		"FIGURES_TABLE", "RECOMPUTE_QUEUE_URL", "WARN_QUEUE_URL", "REVIEW_QUEUE_URL", "FIGURES_QUEUE_URL", "SURVEY_QUEUE_URL", "WHAT_IF_QUEUE_URL", "STREAM_DEAD_LETTERS_URL"} {
		cmd.Env = append(cmd.Env, name+"=x")
	}
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	died := make(chan error, 1)
	go func() { died <- cmd.Wait() }()
	select {
	case <-r.asked:
		took := time.Since(begin)
		cmd.Process.Kill() // it waits for work that never comes
		<-died
		return took
	case err := <-died:
		b.Fatalf("%s ended before it asked for work: %v", filepath.Base(binary), err)
		return 0
	}
}
