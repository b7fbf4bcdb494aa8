package dev.tidemark.sandbox;

/** The releases of etcd that Tidemark is proven on, one of each supported minor version. */
public enum EtcdVersion {
    V3_5("3.5.35"),
    V3_6("3.6.16"),
    V3_7("3.7.3");

    private final String number;

    EtcdVersion(String number) {
        this.number = number;
    }

    /** The full version number, such as {@code 3.6.16}. */
    public String number() {
        return number;
    }

    @Override
    public String toString() {
        return number;
    }
}
