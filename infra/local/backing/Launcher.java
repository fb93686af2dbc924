import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.eclipse.jetty.server.NetworkConnector;
import org.eclipse.jetty.server.Server;
import software.amazon.dynamodb.services.local.server.DynamoDBProxyServer;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBRequestHandler;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBServerHandler;

/**
 * Starts one of the two servers so that it listens on loopback alone and never outlives the host.
 *
 * <p>DynamoDB Local's own main listens on every interface; its parts are public, so they are put
 * together here behind a listener of our own. The host holds the other end of standard input: when
 * that closes, however the host ended, the server ends too.
 */
final class Launcher {
    public static void main(String[] args) throws Exception {
        Thread watch = new Thread(Launcher::endWithHost, "end-with-host");
        watch.setDaemon(true);
        watch.start();
        switch (args[0]) {
            case "dynamodb" -> dynamodb(args.length > 1 ? args[1] : null);
            case "sqs" -> org.elasticmq.server.Main.main(new String[0]);
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    /** Serves the database in directory, or one in memory when there is none. */
    private static void dynamodb(String directory) throws Exception {
        var store = new LocalDynamoDBRequestHandler(0, directory == null, directory, true, false);
        var handler = new LocalDynamoDBServerHandler(store, null);
        var server = new Server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        server.setHandler(new DynamoDBProxyServer(0, handler).setUpHandler(handler));
        server.setStopAtShutdown(true);
        server.start();
        int port = ((NetworkConnector) server.getConnectors()[0]).getLocalPort();
        System.out.println("listening on http://127.0.0.1:" + port);
        server.join();
        store.shutdown();
    }

    private static void endWithHost() {
        try {
            while (System.in.read() >= 0) {
                // The host never writes; only the end counts.
            }
        } catch (java.io.IOException gone) {
            // As good as the end.
        }
        Runtime.getRuntime().halt(0);
    }
}
