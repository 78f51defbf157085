// Tap.java: Test Anything Protocol for the scenario: each case prints one line, a failed one
// its stack as comments, and the end prints the plan.

import io.grpc.Status;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

final class Tap {
	interface Case {
		void run() throws Exception;
	}

	private int count;
	private int failed;

	void run(String name, Case work) {
		count++;
		try {
			work.run();
			System.out.printf("ok %d - %s%n", count, name);
		} catch (Exception | AssertionError error) {
			failed++;
			System.out.printf("not ok %d - %s%n", count, name);
			StringWriter stack = new StringWriter();
			error.printStackTrace(new PrintWriter(stack));
			stack.toString().lines().forEach(line -> System.out.println("# " + line));
		}
	}

	/** Prints the plan and ends the program. */
	void finish() {
		System.out.printf("1..%d%n", count);
		System.exit(failed == 0 ? 0 : 1);
	}

	static void same(Object found, Object wanted) {
		if (!Objects.equals(found, wanted)) throw new AssertionError("found " + found + ", wanted " + wanted);
	}

	/** The call fails with a code and a text that contains a part. */
	static void raises(Status.Code code, String part, Future<?> call) throws InterruptedException {
		try {
			call.get();
		} catch (ExecutionException error) {
			Status status = Status.fromThrowable(error);
			boolean wanted = status.getCode() == code && String.valueOf(status.getDescription()).contains(part);
			if (!wanted) throw new AssertionError(status.toString());
			return;
		}
		throw new AssertionError("no error, wanted " + code + " " + part);
	}
}
