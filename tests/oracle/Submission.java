import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.data.IAnswerData;
import org.javarosa.core.model.instance.InstanceInitializationFactory;
import org.javarosa.core.model.instance.TreeElement;
import org.javarosa.model.xform.XFormsModule;
import org.javarosa.xform.parse.XFormParser;
import org.javarosa.xform.util.XFormUtils;

/**
 * JavaRosa as the oracle of a whole response: opens a form with a saved submission, as Collect does.
 *
 * Reads lines "base64(xform) TAB base64(submission)"; writes for each node that is no container, in document
 * order, "path TAB relevant TAB required TAB constraint TAB base64(value)" and then an empty line; instead
 * "error TAB base64(message)" where JavaRosa gives up.
 */
public class Submission {
    public static void main(String[] args) throws Exception {
        new XFormsModule().registerModule();
        PrintStream out = new PrintStream(System.out, true, "UTF-8");
        System.setOut(System.err);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] part = line.split("\t");
            StringBuilder said = new StringBuilder();
            try {
                FormDef form = open(bytes(part[0]), bytes(part[1]));
                TreeElement root = form.getMainInstance().getRoot();
                walk(form, root, "/" + root.getName(), said);
            } catch (Throwable problem) {
                said.setLength(0);
                said.append("error\t").append(base64(problem.getClass().getSimpleName() + ": " + problem.getMessage()));
                said.append("\n");
            }
            out.println(said);
        }
        System.exit(0);
    }

    static FormDef open(byte[] xform, byte[] submission) throws Exception {
        FormDef form = XFormUtils.getFormFromInputStream(new ByteArrayInputStream(xform));
        TreeElement saved = XFormParser.restoreDataModel(submission, null).getRoot();
        TreeElement template = form.getInstance().getRoot().deepCopy(true);
        template.populate(saved, form);
        form.getInstance().setRoot(template);
        form.initialize(false, new InstanceInitializationFactory());
        return form;
    }

    static void walk(FormDef form, TreeElement node, String path, StringBuilder said) {
        for (int at = 0; at < node.getNumChildren(); at++) {
            TreeElement child = node.getChildAt(at);
            if (child.getMult() < 0 || child.getName().equals("meta")) continue; // templates
            String here = path + "/" + child.getName() + (child.isRepeatable() ? "[" + (child.getMult() + 1) + "]" : "");
            if (child.isLeaf()) leaf(form, child, here, said);
            else walk(form, child, here, said);
        }
    }

    static void leaf(FormDef form, TreeElement node, String path, StringBuilder said) {
        IAnswerData data = node.getValue();
        String value = data == null ? "" : data.uncast().getString();
        String constraint = "none";
        if (node.getConstraint() != null) {
            try {
                constraint = String.valueOf(form.evaluateConstraint(node.getRef(), data));
            } catch (Exception problem) {
                constraint = "error";
            }
        }
        said.append(path).append("\t").append(node.isRelevant()).append("\t").append(node.isRequired());
        said.append("\t").append(constraint).append("\t").append(base64(value)).append("\n");
    }

    static byte[] bytes(String base64) {
        return Base64.getDecoder().decode(base64);
    }

    static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
