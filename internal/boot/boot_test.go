package boot

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

type config struct {
	Table string        `env:"CUSTOMERS_TABLE"`
	Queue string        `env:"QUEUE_URL"`
	Zone  time.Location `env:"TIME_ZONE"`
	Level string        `env:"LEVEL" envDefault:"low"`
}

func TestConfigReadsTheEnvironment(t *testing.T) {
	c, err := parse[config](map[string]string{"CUSTOMERS_TABLE": "c", "QUEUE_URL": "q", "TIME_ZONE": "Asia/Shanghai"})
	if err != nil {
		t.Fatal(err)
	}
	if c.Table != "c" || c.Queue != "q" || c.Zone.String() != "Asia/Shanghai" || c.Level != "low" {
		t.Errorf("%+v", c)
	}
}

func TestWhatIsMissingOrWrongIsNamedInOneLine(t *testing.T) {
	for want, environ := range map[string]map[string]string{
		"missing CUSTOMERS_TABLE, QUEUE_URL, TIME_ZONE": {},
		"missing QUEUE_URL":                             {"CUSTOMERS_TABLE": "c", "TIME_ZONE": "UTC"},
		"missing CUSTOMERS_TABLE; ":                     {"QUEUE_URL": "q", "TIME_ZONE": "Atlantis"},
	} {
		_, err := parse[config](environ)
		if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v: %v", environ, err)
		}
	}
}

// A cold start without its environment ends, says why, and does nothing else.
func TestAnIncompleteEnvironmentEndsTheProcess(t *testing.T) {
	if os.Getenv("BOOT_CHILD") == "1" {
		Config[config]()
		os.Exit(0)
	}
	child := exec.Command(os.Args[0], "-test.run=^TestAnIncompleteEnvironmentEndsTheProcess$")
	child.Env = []string{"BOOT_CHILD=1", "CUSTOMERS_TABLE=c"}
	said, err := child.CombinedOutput()
	if child.ProcessState.ExitCode() != 1 || string(said) != "the environment is not complete: missing QUEUE_URL, TIME_ZONE\n" {
		t.Errorf("exit %v, said %q", err, said)
	}
}

func TestAWSFollowsTheEnvironment(t *testing.T) {
	t.Setenv("AWS_REGION", "cn-north-1")
	t.Setenv("AWS_ACCESS_KEY_ID", "id")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_SESSION_TOKEN", "token")
	t.Setenv("AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:1234")
	cfg := AWS()
	credentials, err := cfg.Credentials.Retrieve(t.Context())
	if err != nil || credentials.AccessKeyID != "id" || credentials.SecretAccessKey != "secret" || credentials.SessionToken != "token" {
		t.Errorf("%v, %v", credentials, err)
	}
	if o := sqs.NewFromConfig(cfg).Options(); o.Region != "cn-north-1" || o.BaseEndpoint == nil || *o.BaseEndpoint != "http://127.0.0.1:1234" {
		t.Errorf("region %q, endpoint %v", o.Region, o.BaseEndpoint)
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	if _, err := cfg.Credentials.Retrieve(t.Context()); err == nil {
		t.Error("credentials without a key")
	}
}
