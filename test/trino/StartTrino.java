/** Trino's own main program is packed apart from its jars, with every connector there is; this is all it does. */
public final class StartTrino {
    public static void main(String[] arguments) {
        new io.trino.server.Server().start(arguments[0]);
    }
}
