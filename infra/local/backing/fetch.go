package backing

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// The two sources of what lies in JarDir. Its stamp is their hash, so that a changed version
// fetches again and an unchanged one costs a file read.
var (
	//go:embed pom.xml
	pom []byte
	//go:embed Launcher.java
	launcher []byte
)

const (
	oldestJava = 17
	stampFile  = "fetched"
)

// JarDir is the default place for the servers' jars: .local/jars under the repository's root, the
// nearest directory upwards that has a go.mod.
func JarDir() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the repository: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, ".local", "jars"), nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("find the repository: no go.mod in this directory or above")
		}
		dir = parent
	}
}

// Fetch brings the servers' jars into JarDir with Maven and compiles the launcher, unless that was
// done for the very versions of today: about 85 MB and 20 s once. Nothing is fetched when
// DYNAMODB_ENDPOINT and SQS_ENDPOINT name running servers. Each error is one line that says what to
// do.
func Fetch(ctx context.Context, c Config) error {
	c = c.withDefaults()
	named := os.Getenv("DYNAMODB_ENDPOINT") != "" && os.Getenv("SQS_ENDPOINT") != ""
	if named || fetched(c) == nil {
		return nil
	}
	if err := checkJava(ctx); err != nil {
		return err
	}
	for _, tool := range []string{"javac", "mvn"} {
		if _, err := exec.LookPath(tool); err != nil {
			return fmt.Errorf("%s is missing: install %s and put it on the PATH", tool, packageOf[tool])
		}
	}
	if err := os.MkdirAll(filepath.Dir(c.JarDir), 0o755); err != nil {
		return fmt.Errorf("fetch the servers: %w", err)
	}
	// One at a time: test binaries of several packages may come here together.
	unlock, err := holdFile(c.JarDir + ".lock")
	if err != nil {
		return fmt.Errorf("fetch the servers: %w", err)
	}
	defer func() { _ = unlock() }() // the process that ends releases it, too
	if fetched(c) == nil {
		return nil
	}
	c.Progress("fetching DynamoDB Local and ElasticMQ with Maven (85 MB, once)")
	// Fetched beside JarDir and then renamed: an interrupted fetch leaves nothing half.
	fresh, err := os.MkdirTemp(filepath.Dir(c.JarDir), "jars-")
	if err != nil {
		return fmt.Errorf("fetch the servers: %w", err)
	}
	defer os.RemoveAll(fresh)
	if err := fill(ctx, fresh); err != nil {
		return err
	}
	if err := os.RemoveAll(c.JarDir); err != nil {
		return fmt.Errorf("fetch the servers: %w", err)
	}
	if err := os.Rename(fresh, c.JarDir); err != nil {
		return fmt.Errorf("fetch the servers: %w", err)
	}
	return nil
}

// packageOf says what to install for a tool that is missing.
var packageOf = map[string]string{"javac": "a JDK 17 or newer", "mvn": "Maven 3"}

// fill writes sources, jars, classes and at last the stamp into dir.
func fill(ctx context.Context, dir string) error {
	for name, content := range map[string][]byte{"pom.xml": pom, "Launcher.java": launcher} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			return fmt.Errorf("fetch the servers: %w", err)
		}
	}
	mvn := exec.CommandContext(ctx, "mvn", "-q", "-B", "-f", filepath.Join(dir, "pom.xml"),
		"dependency:copy-dependencies", "-DoutputDirectory="+dir)
	if out, err := mvn.CombinedOutput(); err != nil {
		return fmt.Errorf("fetch the servers with Maven: %w: %s", err, mavenCause(out))
	}
	javac := exec.CommandContext(ctx, "javac", "-cp", filepath.Join(dir, "*"), "-d", dir, filepath.Join(dir, "Launcher.java"))
	if out, err := javac.CombinedOutput(); err != nil {
		return fmt.Errorf("compile the servers' launcher: %w: %s", err, firstLine(out))
	}
	if err := os.WriteFile(filepath.Join(dir, stampFile), []byte(stamp()), 0o644); err != nil {
		return fmt.Errorf("fetch the servers: %w", err)
	}
	return nil
}

// fetched is nil when JarDir holds exactly what pom and launcher ask for.
func fetched(c Config) error {
	have, err := os.ReadFile(filepath.Join(c.JarDir, stampFile))
	if err != nil || string(have) != stamp() {
		return fmt.Errorf("the servers' jars are not in %s: fetch them first", c.JarDir)
	}
	return nil
}

func stamp() string {
	sum := sha256.New()
	sum.Write(pom)
	sum.Write(launcher)
	return hex.EncodeToString(sum.Sum(nil))
}

var javaVersion = regexp.MustCompile(`version "(?:1\.)?(\d+)`)

// checkJava fails with what to do when there is no Java, or none that is new enough.
func checkJava(ctx context.Context) error {
	out, err := exec.CommandContext(ctx, "java", "-version").CombinedOutput()
	if err != nil {
		return fmt.Errorf("java is missing: install %s and put it on the PATH", packageOf["javac"])
	}
	if m := javaVersion.FindSubmatch(out); m != nil {
		if v, err := strconv.Atoi(string(m[1])); err == nil && v >= oldestJava {
			return nil
		}
	}
	return fmt.Errorf("java is too old (%s): install %s", firstLine(out), packageOf["javac"])
}

// mavenCause picks the one line of Maven's output that tells a person what went wrong.
func mavenCause(out []byte) string {
	text := string(out)
	for _, sign := range []string{"Unknown host", "Connection refused", "No route to host", "Network is unreachable", "connect timed out", "Temporary failure in name resolution"} {
		if strings.Contains(text, sign) {
			return "no way to the package repository (" + sign + "): check the network, then run this again"
		}
	}
	return firstLine(out)
}

func firstLine(out []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	return line
}
