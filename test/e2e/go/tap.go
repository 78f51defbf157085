// tap.go: Test Anything Protocol for the scenario: each case prints one line, a failed one
// its reason as comments, and the end prints the plan. A case fails by fail, below.

package main

import (
	"fmt"
	"os"
	"reflect"
	"runtime/debug"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

var count, failed int

func run(name string, work func()) {
	count++
	defer func() {
		reason := recover()
		if reason == nil {
			fmt.Printf("ok %d - %s\n", count, name)
			return
		}
		failed++
		fmt.Printf("not ok %d - %s\n", count, name)
		for _, line := range strings.Split(fmt.Sprintf("%v\n%s", reason, debug.Stack()), "\n") {
			fmt.Println("#", line)
		}
	}()
	work()
}

func finish() {
	fmt.Printf("1..%d\n", count)
	if failed > 0 {
		os.Exit(1)
	}
}

func fail(format string, arguments ...any) { panic(fmt.Sprintf(format, arguments...)) }

func same(found, wanted any) {
	if !reflect.DeepEqual(found, wanted) {
		fail("found %v, wanted %v", found, wanted)
	}
}

func done(err error) {
	if err != nil {
		fail("%v", err)
	}
}

// must hands on a result of a call that succeeds.
func must[T any](result T, err error) T {
	done(err)
	return result
}

// raises: the call failed with a code and a text that contains a part.
func raises(code codes.Code, part string, err error) {
	reply, _ := status.FromError(err)
	if reply.Code() != code || !strings.Contains(reply.Message(), part) {
		fail("found %v, wanted %v %q", err, code, part)
	}
}

// raised: raises, for a call that has a result, too.
func raised[T any](code codes.Code, part string) func(T, error) {
	return func(_ T, err error) { raises(code, part, err) }
}
